import { Link } from '@tanstack/react-router';
import { Button, Card, Row } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import type { LockedSecret, RunOverview } from '@/ipc';
import { useUnlock } from '../connections/useUnlock';
import styles from './OverviewPage.module.css';

/** What tasks wait for that cannot be read: unlocked with one press, or entered where it belongs. */
export function SecretsCard({ runs }: { runs: RunOverview }) {
  const unlock = useUnlock();
  const [first, ...more] = runs.locked.filter(({ unlocks }) => unlocks);
  const missing = runs.locked.filter(({ unlocks }) => !unlocks);
  return (
    <Card title={m.secrets_awaited()} icon="key" tone="wait" data-testid="secrets-awaited">
      {first && (
        <Row
          detail={begun(say(first.reason))}
          end={
            <Button
              look="primary"
              icon="key"
              onPress={unlock.start}
              isDisabled={unlock.isBusy}
              data-testid="unlock"
            >
              {m.secrets_unlock()}
            </Button>
          }
        >
          {counted('tasks_wait_locked', tasksOf([first, ...more]))}
        </Row>
      )}
      {missing.map((row) => (
        <Row
          key={row.secret}
          detail={counted('tasks_wait', row.tasks)}
          end={
            <Link
              to="/connections"
              search={
                row.connection === undefined
                  ? { tab: 'secrets', enter: row.secret }
                  : { enter: row.connection }
              }
              className={styles.plain}
              data-testid={`enter-${row.secret}`}
            >
              {row.connection === undefined
                ? m.secret_enter({ name: visible(row.secret) })
                : m.connection_enter_password()}
            </Link>
          }
        >
          {row.connection === undefined
            ? m.secret_awaited({ name: visible(row.secret) })
            : m.password_awaited({ name: visible(row.connection) })}
        </Row>
      ))}
    </Card>
  );
}

function tasksOf(rows: readonly LockedSecret[]): number {
  return rows.reduce((sum, { tasks }) => sum + tasks, 0);
}
