import { useNavigate } from '@tanstack/react-router';
import { Button, Card, Row } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import type { LockedSecret } from '@/ipc';
import { entering, enterWords } from './entering';
import { tasksWaiting } from './sourceState';
import { UnlockButton } from './UnlockButton';

/** What tasks wait for that cannot be read: unlocked with one press, or entered where it belongs. */
export function SecretsCard({ locked }: { locked: readonly LockedSecret[] }) {
  const navigate = useNavigate();
  const [first, ...more] = locked.filter(({ unlocks }) => unlocks);
  const missing = locked.filter(({ unlocks }) => !unlocks);
  return (
    <Card title={m.secrets_awaited()} icon="key" tone="wait" data-testid="secrets-awaited">
      {first && (
        <Row detail={begun(say(first.reason))} end={<UnlockButton look="primary" icon="key" />}>
          {counted('tasks_wait_locked', tasksWaiting([first, ...more]))}
        </Row>
      )}
      {missing.map((row) => (
        <Row
          key={row.secret}
          detail={counted('tasks_wait', row.tasks)}
          end={
            <Button
              onPress={() => void navigate({ to: '/connections', search: entering(row) })}
              aria-label={m.secret_enter({ name: visible(row.connection ?? row.secret) })}
              data-testid={`enter-${row.secret}`}
            >
              {enterWords(row)}
            </Button>
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
