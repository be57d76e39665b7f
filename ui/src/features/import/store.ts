/**
 * What is being imported, until the dialog is closed: the places that were dropped or picked, and
 * the plan made from them. It outlives the dialog being drawn anew, as by another language.
 */
import { useSyncExternalStore } from 'react';
import { toast } from '@/components';
import { m } from '@/i18n';
import { type PickedPlace, shell } from '@/ipc';
import { tellFailure } from '../command';

export interface OfferedImport {
  places: readonly PickedPlace[];
  /** Absent while the places are read. */
  plan?: string;
}

let offered: OfferedImport | null = null;
const listeners = new Set<() => void>();

function set(next: OfferedImport | null): void {
  offered = next;
  for (const listener of listeners) listener();
}

/** Offer to import these. While an import is open, a further drop is left alone, and that is said. */
export function offerImport(places: readonly PickedPlace[]): void {
  if (places.length === 0) return;
  if (offered === null) set({ places });
  else toast({ tone: 'warn', text: m.import_is_open() });
}

/** The places were read; this is the plan. */
export function keepImportPlan(plan: string): void {
  if (offered) set({ ...offered, plan });
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

export function useOffered(): OfferedImport | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => offered,
  );
}
