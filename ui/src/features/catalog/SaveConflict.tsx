import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import { TextDifference } from '@/components/TextDifference';
import { m, when } from '@/i18n';
import type { DocumentRow } from '@/ipc';
import { ConflictFolders } from './ConflictFolders';
import type { DocumentDraft } from './draft/draft';
import { leaveDraft } from './draft/leave';
import { documentQuery, historyQuery } from './queries';

interface Props {
  row: DocumentRow;
  draft: DocumentDraft;
  onClose: () => void;
  onKeepMine: () => void;
}

/** Somebody saved the document meanwhile: what they have and what is here, and which shall stay. */
export function SaveConflict({ row, draft, onClose, onKeepMine }: Props) {
  const latest = useQuery({ ...documentQuery(row.kind, row.id), staleTime: 0 });
  const history = useQuery(historyQuery(row.kind, row.id));
  const last = history.data?.items[0];
  const takeTheirs = () => {
    if (latest.data) void leaveDraft(draft, latest.data);
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title={m.conflict_title()}
      subtitle={
        last ? m.conflict_subtitle({ who: last.actor, when: when(last.at) }) : m.conflict_plain()
      }
      data-testid="dialog-conflict"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button onPress={takeTheirs} isDisabled={!latest.data} data-testid="take-theirs">
            {m.conflict_take_theirs()}
          </Button>
          <Button look="primary" onPress={onKeepMine} data-testid="keep-mine">
            {m.conflict_keep_mine()}
          </Button>
        </>
      }
    >
      <p>{m.conflict_hint()}</p>
      {latest.error && <ErrorNotice error={latest.error} />}
      {latest.data && <ConflictFolders mine={draft.state} theirs={latest.data} />}
      {latest.data && (
        <div
          style={{
            height: 380,
            border: '1px solid var(--line)',
            borderRadius: 6,
            overflow: 'hidden',
          }}
        >
          <TextDifference
            label={m.conflict_title()}
            before={latest.data.text}
            after={draft.state.text}
          />
        </div>
      )}
    </Dialog>
  );
}
