import { toast } from '@/components';
import { m } from '@/i18n';
import type { DocumentShow } from '@/ipc';
import type { DocumentDraft } from './draft';
import { baseOf } from './drafts';

/** Go on from what is saved and say how the draft comes back. */
export async function leaveDraft(draft: DocumentDraft, show: DocumentShow): Promise<void> {
  await draft.leaveFor(baseOf(show));
  toast({
    text: m.draft_left({ number: show.row.revision }),
    action: { label: m.undo(), run: () => draft.undo(), testid: 'draft-back' },
  });
}
