import { useEffect, useRef } from 'react';
import { isPageCovered } from '@/components';
import { m } from '@/i18n';
import { type PickedPlace, shell } from '@/ipc';
import { tellFailure } from '../command';
import { takeDrops } from '../drops';

/** What a native dialog gave; nothing when it was closed, or failed, which is told. */
async function picked<Given>(dialog: Promise<Given>, nothing: Given): Promise<Given> {
  try {
    return await dialog;
  } catch (thrown) {
    tellFailure(thrown);
    return nothing;
  }
}

export function pickSessions(): Promise<readonly PickedPlace[]> {
  return picked<readonly PickedPlace[]>(shell.pick_files({ title: m.sessions_import_pick() }), []);
}

export function pickConfig(): Promise<PickedPlace | null> {
  return picked(shell.pick_file({ title: m.config_pick_title() }), null);
}

/** An empty folder, or one that is not there yet, into which something is written. */
export function pickTarget(title: string): Promise<PickedPlace | null> {
  return picked(shell.pick_folder({ title }), null);
}

export function pickRoot(): Promise<PickedPlace | null> {
  return picked(shell.pick_folder({ title: m.sessions_import_root_pick() }), null);
}

/** Whatever is dropped on the page is taken for session files; what is none is told with why. */
export function useSessionDrop(bring: (places: readonly PickedPlace[]) => void): void {
  const latest = useRef(bring);
  latest.current = bring;
  useEffect(() => {
    return takeDrops({
      words: () => ({
        title: m.sessions_import_drop(),
        detail: m.sessions_import_drop_hint(),
      }),
      take: (places) => {
        if (isPageCovered()) return false;
        latest.current(places);
        return true;
      },
    });
  }, []);
}
