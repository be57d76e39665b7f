import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Card, Empty, ErrorNotice } from '@/components';
import { counted, m } from '@/i18n';
import type { SourceRow } from '@/ipc';
import { ConnectionDialog } from './ConnectionDialog';
import { ConnectionLine } from './ConnectionLine';
import styles from './ConnectionsPage.module.css';
import { sourcesQuery } from './queries';
import { RemoveConnection } from './RemoveConnection';

/** Something is asked about a connection: how it shall be from now on, or whether it shall go. */
type Asked = { what: 'edit'; row: SourceRow | null } | { what: 'remove'; row: SourceRow };

/** The databases that tasks work on, each with how it is. */
export function ConnectionsTab() {
  const sources = useQuery(sourcesQuery());
  const [pressed, setPressed] = useState<Asked | null>(null);
  const { enter } = useSearch({ from: '/connections' });
  const navigate = useNavigate();
  const items = sources.data ?? [];
  // The address may name the one whose password is to be entered.
  const entered = items.find(({ name, connection }) => connection && name === enter);
  const asked: Asked | null = pressed ?? (entered ? { what: 'edit', row: entered } : null);
  const down = items.filter(({ answers, waits }) => answers === false && !waits).length;
  const waiting = items.filter(({ waits }) => waits).length;
  const add = () => setPressed({ what: 'edit', row: null });
  const close = () => {
    setPressed(null);
    if (enter) void navigate({ to: '/connections', search: {}, replace: true });
  };
  return (
    <>
      {sources.error && <ErrorNotice error={sources.error} onRetry={() => sources.refetch()} />}
      {sources.data && (
        <Card
          title={[
            counted('n_connections', items.length),
            ...(down > 0 ? [counted('connections_down', down)] : []),
            ...(waiting > 0 ? [counted('connections_waiting', waiting)] : []),
          ].join(' · ')}
          aside={
            <Button look="primary" icon="plus" onPress={add} data-testid="connection-add">
              {m.connection_new()}
            </Button>
          }
          data-testid="connections"
        >
          <ul className={styles.lines}>
            {items.map((row) => (
              <ConnectionLine
                key={row.name}
                row={row}
                onEdit={() => setPressed({ what: 'edit', row })}
                onRemove={() => setPressed({ what: 'remove', row })}
              />
            ))}
          </ul>
          {items.length === 1 && (
            <div className={styles.none}>
              <Empty icon="plug" title={m.connection_none()}>
                {m.connection_none_hint()}
              </Empty>
            </div>
          )}
        </Card>
      )}
      {asked?.what === 'edit' && <ConnectionDialog kept={asked.row} onClose={close} />}
      {asked?.what === 'remove' && <RemoveConnection row={asked.row} onClose={close} />}
    </>
  );
}
