import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { m } from '@/i18n';
import { CallError, type DocumentRow } from '@/ipc';
import { tellFailure, undoAction, useUndo } from '../command';
import type { DocumentDraft } from './draft/draft';
import { followSaved } from './draft/drafts';
import { callDocument, documentQuery } from './queries';

/** Keep a draft as the next revision. */
export function useSave(row: DocumentRow, draft: DocumentDraft) {
  const client = useQueryClient();
  const undo = useUndo();
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState(false);
  const { kind, id, format } = row;
  // On another page its Undo would be taken for that of what is done there.
  const said = useRef<() => void>(undefined);
  useEffect(() => () => said.current?.(), []);

  const write = useCallback(
    async (base: number) => {
      setSaving(true);
      try {
        const text = await draft.settle();
        const changed = await callDocument(kind, 'update', {
          id,
          text,
          format,
          base_revision: base,
        });
        draft.saved(text, changed.revision);
        invalidate(client, [kind, `${kind}:${id}`, 'operation']);
        said.current?.();
        said.current = toast({
          text: m.saved_as_revision({ number: changed.revision }),
          action: undoAction(undo, changed.operation_id),
        });
      } catch (thrown) {
        const error = CallError.from(thrown);
        if (error.code === 'document_changed') {
          const latest = await client
            .fetchQuery({ ...documentQuery(kind, id), staleTime: 0 })
            .catch(() => undefined);
          // Somebody saved the very same, or it is what the draft was begun from: nothing to decide.
          if (latest) followSaved(draft, latest);
          if (!draft.isDirty) return;
          if (latest && draft.state.revision > base) await write(latest.row.revision);
          else setConflict(true);
        } else tellFailure(error);
      } finally {
        setSaving(false);
      }
    },
    [client, draft, format, id, kind, undo],
  );
  const save = useCallback(() => {
    if (draft.isDirty) void write(draft.state.revision);
  }, [draft, write]);
  return {
    save,
    isSaving,
    conflict,
    forget: () => setConflict(false),
    /** Put the draft in the place of what was saved meanwhile; that stays in the revisions. */
    keepMine: async () => {
      setConflict(false);
      const latest = await client.fetchQuery({ ...documentQuery(kind, id), staleTime: 0 });
      draft.rebase(latest.row.revision);
      await write(latest.row.revision);
    },
  };
}
