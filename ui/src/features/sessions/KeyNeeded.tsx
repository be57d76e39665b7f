import { Button, Notice } from '@/components';
import { m } from '@/i18n';
import type { SessionCandidate } from '@/ipc';
import { UnlockButton } from '../connections/UnlockButton';
import { addKey } from './snapshotKey';

interface Props {
  candidates: readonly SessionCandidate[];
  onLookAgain: () => void;
}

/** What opens snapshots that are encrypted, where the key to one of them is not at hand. */
export function KeyNeeded({ candidates, onLookAgain }: Props) {
  const stands = (code: string) => candidates.some(({ reason }) => reason?.code === code);
  if (stands('secrets_locked'))
    return (
      <Notice
        tone="warn"
        icon="key"
        end={<UnlockButton onOpen={onLookAgain} />}
        data-testid="snapshots-locked"
      >
        {m.snapshots_locked()}
      </Notice>
    );
  if (!stands('snapshot_key_missing')) return null;
  const add = async () => {
    if (await addKey()) onLookAgain();
  };
  return (
    <Notice
      tone="warn"
      icon="key"
      end={
        <Button onPress={() => void add()} data-testid="snapshot-key-add">
          {m.session_key_add()}
        </Button>
      }
      data-testid="snapshots-key-missing"
    >
      {m.snapshots_key_missing()}
    </Notice>
  );
}
