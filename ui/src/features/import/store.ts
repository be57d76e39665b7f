/** What is being imported: the places that were dropped or picked, until the dialog is closed. */
import { useSyncExternalStore } from 'react';
import { m } from '@/i18n';
import { type PickedPlace, shell } from '@/ipc';
import { tellFailure } from '../command';

let offered: readonly PickedPlace[] | null = null;
const listeners = new Set<() => void>();

function set(places: readonly PickedPlace[] | null): void {
  offered = places;
  for (const listener of listeners) listener();
}

/** Offer to import these. While an import is open, a further drop is left alone. */
export function offerImport(places: readonly PickedPlace[]): void {
  if (places.length > 0 && offered === null) set(places);
}

export function closeImport(): void {
  set(null);
}

/** Let the operator pick files in the native dialog and offer to import them. */
export async function pickForImport(): Promise<void> {
  try {
    offerImport(await shell.pick_files({ title: m.import_pick_title() }));
  } catch (thrown) {
    tellFailure(thrown);
  }
}

/** The same with a whole folder. */
export async function pickFolderForImport(): Promise<void> {
  try {
    const folder = await shell.pick_folder({ title: m.import_pick_folder_title() });
    if (folder) offerImport([folder]);
  } catch (thrown) {
    tellFailure(thrown);
  }
}

export function useOffered(): readonly PickedPlace[] | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => offered,
  );
}
