import { useEffect } from 'react';
import { Button, Notice, toast } from '@/components';
import { m, sayError } from '@/i18n';
import type { DocumentShow } from '@/ipc';
import { useDraftState } from './draft/DraftContext';
import type { DocumentDraft } from './draft/draft';
import { leaveDraft } from './draft/leave';

interface Props {
  show: DocumentShow;
  draft: DocumentDraft;
}

/** What there is to know about a draft: it was left unsaved, the document moved on, an edit was refused. */
export function DraftNotices({ show, draft }: Props) {
  const state = useDraftState();
  const { refused } = state;
  useEffect(() => {
    if (refused) toast({ tone: 'fail', text: sayError(refused) });
  }, [refused]);
  const discard = () => void leaveDraft(draft, show);
  if (!state.isDirty || state.revision === show.row.revision) return null;
  return (
    <Notice
      tone="warn"
      icon="warn"
      end={<Button onPress={discard}>{m.draft_take_newer({ number: show.row.revision })}</Button>}
      data-testid="draft-behind"
    >
      {m.draft_behind({ mine: state.revision, number: show.row.revision })}
    </Notice>
  );
}
