import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { invalidate } from '@/app/queries';
import { Menu, toast } from '@/components';
import { m } from '@/i18n';
import { type DocumentRow, shell } from '@/ipc';
import { tellFailure, undoAction, useUndo } from '../command';
import type { DocumentDraft } from './draft/draft';
import { leaveDraft } from './draft/leave';
import { documentLink, FORMATS, listLink } from './kinds';
import { callDocument } from './queries';

interface Props {
  row: DocumentRow;
  draft: DocumentDraft;
}

/** Further things to do with a document. */
export function DocumentMenu({ row, draft }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const { kind, id, name } = row;

  const duplicate = async () => {
    const copy = await callDocument(kind, 'duplicate', { id });
    invalidate(client, [kind, 'operation']);
    toast({ text: m.duplicated({ name }), action: undoAction(undo, copy.operation_id) });
    await navigate(documentLink(kind, copy.id));
  };
  const remove = async () => {
    const { operation_id } = await callDocument(kind, 'delete', { ids: [id] });
    await navigate(listLink(kind));
    invalidate(client, [kind, 'operation']);
    toast({ text: m.deleted({ name }), action: undoAction(undo, operation_id) });
  };
  const write = async () => {
    const to = await shell.pick_save({
      title: m.export_title(),
      name: `${name}.${FORMATS[row.format].extension}`,
    });
    if (!to) return;
    await callDocument(kind, 'export', { ids: [id], to: { picked: to.token } });
    toast({ text: m.exported_to({ place: to.label }) });
  };
  const run = (work: () => Promise<void>) => () => void work().catch(tellFailure);
  return (
    <Menu
      label={m.more()}
      data-testid="document-menu"
      entries={[
        { id: 'duplicate', label: m.duplicate(), icon: 'copy', run: run(duplicate) },
        { id: 'export', label: m.export_file(), icon: 'export', run: run(write) },
        {
          id: 'activity',
          label: m.show_activity(),
          icon: 'activity',
          run: () => void navigate({ to: '/activity', search: { kind, id } }),
        },
        {
          id: 'discard',
          label: m.discard_draft(),
          icon: 'undo',
          isDisabled: !draft.state.isDirty,
          run: run(async () => discard(draft, kind, id)),
        },
        null,
        { id: 'delete', label: m.delete_it(), icon: 'trash', tone: 'fail', run: run(remove) },
      ]}
    />
  );
}

async function discard(draft: DocumentDraft, kind: DocumentRow['kind'], id: string): Promise<void> {
  const show = await callDocument(kind, 'show', { id });
  await leaveDraft(draft, show);
}
