import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { counted, m, say, sentences } from '@/i18n';
import { type DocumentsExported, type Kind, shell } from '@/ipc';
import { tellFailure, undoAction, useUndo } from '../command';
import { callDocument } from './queries';

export interface DocumentActions {
  remove: (ids: string[]) => Promise<void>;
  bringBack: (ids: string[]) => Promise<void>;
  write: (ids: string[]) => Promise<void>;
}

/** What can be done with several documents at once. */
export function useDocumentActions(kind: Kind, onDone: () => void): DocumentActions {
  const client = useQueryClient();
  const undo = useUndo();
  const act = async (work: () => Promise<void>) => {
    try {
      await work();
      onDone();
    } catch (thrown) {
      tellFailure(thrown);
    }
    invalidate(client, [kind, 'operation']);
  };
  return {
    remove: (ids) =>
      act(async () => {
        const { deleted, operation_id } = await callDocument(kind, 'delete', { ids });
        toast({ text: counted('deleted_count', deleted), action: undoAction(undo, operation_id) });
      }),
    bringBack: (ids) =>
      act(async () => {
        for (const id of ids) await callDocument(kind, 'undelete', { id });
        toast({ text: counted('brought_back', ids.length) });
      }),
    write: (ids) =>
      act(async () => {
        const to = await shell.pick_folder({ title: m.export_folder_title() });
        if (!to) return;
        const done = await callDocument(kind, 'export', { ids, to: { picked: to.token } });
        const isWhole = done.failed.length === 0 && done.with_keys === 0;
        toast({ text: exportedWords(done, to.label), tone: isWhole ? 'ok' : 'warn' });
      }),
  };
}

/** What an export wrote, what it could not, and what is to be known of it. */
function exportedWords({ files, failed, with_keys }: DocumentsExported, place: string): string {
  return sentences(
    counted('exported_count', files.length, { place }),
    failed[0] && counted('exported_not', failed.length, { reason: say(failed[0].reason) }),
    with_keys > 0 && counted('exported_with_keys', with_keys),
  );
}
