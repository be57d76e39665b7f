import { useEffect } from 'react';
import { isPageCovered } from '@/components';
import { m } from '@/i18n';
import { type PickedPlace, shell } from '@/ipc';
import { tellFailure } from '../command';
import { takeDrops } from '../drops';

/** What a native dialog gave; nothing when it was closed, or failed, which is told. */
async function picked(dialog: Promise<PickedPlace | null>): Promise<PickedPlace | null> {
  try {
    return await dialog;
  } catch (thrown) {
    tellFailure(thrown);
    return null;
  }
}

export function pickFolder(title: string): Promise<PickedPlace | null> {
  return picked(shell.pick_folder({ title }));
}

export function pickTableList(): Promise<PickedPlace | null> {
  return picked(shell.pick_file({ title: m.table_list_pick() }));
}

/** A text file that is dropped on the page is offered as the folder's list of tables. */
export function useTableListDrop(offer: (from: PickedPlace) => void): void {
  useEffect(() => {
    return takeDrops({
      words: () => ({ title: m.table_list_drop(), detail: m.table_list_drop_hint() }),
      take: (places) => {
        const [one, ...others] = places;
        const isList = one && others.length === 0 && !one.folder && /\.(txt|csv)$/i.test(one.label);
        if (!isList || isPageCovered()) return false;
        offer(one);
        return true;
      },
    });
  }, [offer]);
}
