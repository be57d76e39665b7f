import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { Button, Card, Chip, Empty, ErrorNotice, Time, toast } from '@/components';
import { bytes, counted, m } from '@/i18n';
import { type BackupList, type BackupRow, CallError, shell } from '@/ipc';
import { tellFailure } from '../command';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import styles from './BackupPage.module.css';
import { verifyWork } from './work';

interface Props {
  list: BackupList;
  onRestore: (id: string) => void;
}

/** The known backups, newest first, each with how well it is. */
export function BackupTable({ list, onRestore }: Props) {
  const verifying = useWork(verifyWork);
  const verify = useVerify();
  if (list.items.length === 0) {
    return (
      <Card fill="hold">
        <Empty icon="shield" title={m.backups_none()}>
          {m.backups_none_hint()}
        </Empty>
      </Card>
    );
  }
  return (
    <Card>
      {(verifying.status === 'running' || verifying.status === 'cancelling') && (
        <div className={styles.work}>
          <WorkProgress title={m.verifying()} {...verifying} onCancel={() => verifyWork.cancel()} />
        </div>
      )}
      {verifying.status === 'failed' && <ErrorNotice error={verifying.error} />}
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{m.column_backup()}</th>
            <th>{m.column_content()}</th>
            <th>{m.column_state()}</th>
            <th>
              <span className="visually-hidden">{m.column_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.items.map((row) => (
            <tr key={row.id} data-testid={`backup-${row.id}`}>
              <td>
                <Time at={row.created_at} />
                <small data-selectable>{row.path}</small>
              </td>
              <td>
                {counted('n_items', row.count)} · {bytes(row.bytes)}
              </td>
              <td>
                <Health row={row} />
              </td>
              <td>
                <Button
                  look="quiet"
                  isDisabled={isOutOfReach(row)}
                  onPress={() => void shell.open_backup({ id: row.id }).catch(tellFailure)}
                >
                  {m.open()}
                </Button>
                <Button
                  look="quiet"
                  isDisabled={isOutOfReach(row) || verifying.status === 'running'}
                  onPress={() => void verify(row)}
                  data-testid={`verify-${row.id}`}
                >
                  {m.verify()}
                </Button>
                <Button
                  look="quiet"
                  isDisabled={isOutOfReach(row)}
                  onPress={() => onRestore(row.id)}
                  data-testid={`restore-${row.id}`}
                >
                  {m.restore_this()}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** Whether nothing of it can be read now. */
function isOutOfReach({ health }: BackupRow) {
  return health === 'away' || health === 'silent';
}

function Health({ row }: { row: BackupRow }) {
  if (row.health === 'away') return <Chip icon="minus">{m.health_away()}</Chip>;
  if (row.health === 'silent') return <Chip icon="minus">{m.health_silent()}</Chip>;
  if (row.health === 'damaged') {
    const names = row.damaged_names.join(m.list_separator());
    return (
      <Chip tone="fail" icon="warn" title={names}>
        {counted('health_damaged', row.damaged, { names })}
      </Chip>
    );
  }
  return (
    <Chip tone="ok" icon="check">
      {m.health_proven()}
    </Chip>
  );
}

function useVerify() {
  const client = useQueryClient();
  return async (row: BackupRow) => {
    try {
      const result = await verifyWork.start({ from: { backup: row.id } });
      verifyWork.forget();
      toast(
        result.ok
          ? { text: counted('verified_ok', result.files) }
          : { tone: 'fail', text: counted('verified_damaged', result.damaged.length) },
      );
    } catch (thrown) {
      if (CallError.from(thrown).code !== 'cancelled') tellFailure(thrown);
    } finally {
      invalidate(client, ['backup']);
    }
  };
}
