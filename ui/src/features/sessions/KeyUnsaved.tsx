import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Notice } from '@/components';
import { m } from '@/i18n';
import { snapshotKeyQuery } from './queries';
import { saveKey } from './snapshotKey';

/** That nobody has a copy of a key that snapshots are encrypted with, until somebody does. */
export function KeyUnsaved() {
  const shown = useQuery(snapshotKeyQuery()).data;
  const client = useQueryClient();
  if (shown?.unsaved === undefined) return null;
  const save = async () => {
    if (await saveKey()) void client.invalidateQueries(snapshotKeyQuery());
  };
  return (
    <Notice
      tone="warn"
      icon="key"
      end={
        <Button onPress={() => void save()} data-testid="key-unsaved-save">
          {m.session_key_save()}
        </Button>
      }
      data-testid="key-unsaved"
    >
      {shown.is_another ? m.snapshot_key_another() : m.snapshot_key_unsaved()}
    </Notice>
  );
}
