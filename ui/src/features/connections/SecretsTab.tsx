import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Card, Empty } from '@/components';
import { counted, label, m, sentences } from '@/i18n';
import { CallError } from '@/ipc';
import styles from './ConnectionsPage.module.css';
import { secretsQuery } from './queries';
import { RemoveSecret } from './RemoveSecret';
import { SecretDialog } from './SecretDialog';
import { SecretLine } from './SecretLine';
import { SecretsClosed } from './SecretsClosed';

/** Something is asked about a secret: what it shall be (of `null`, its name too), or whether it shall go. */
type Asked = { what: 'set'; name: string | null } | { what: 'remove'; name: string };

/** Passwords, keys and tokens by name. What they are is never shown. */
export function SecretsTab() {
  const secrets = useQuery(secretsQuery());
  const [pressed, setPressed] = useState<Asked | null>(null);
  const { enter } = useSearch({ from: '/connections' });
  const navigate = useNavigate();
  // The address may name the one that is to be entered.
  const asked: Asked | null = pressed ?? (enter ? { what: 'set', name: enter } : null);
  const close = () => {
    setPressed(null);
    if (enter) void navigate({ to: '/connections', search: { tab: 'secrets' }, replace: true });
  };
  const add = () => setPressed({ what: 'set', name: null });
  const { items, key } = secrets.data ?? { items: [], key: null };
  return (
    <>
      {secrets.error && <SecretsClosed error={CallError.from(secrets.error)} />}
      {secrets.data && !secrets.error && (
        <Card
          title={counted('n_secrets', items.length)}
          aside={
            <Button look="primary" icon="plus" onPress={add} data-testid="secret-add">
              {m.secret_new()}
            </Button>
          }
          data-testid="secrets"
        >
          {items.length > 0 ? (
            <ul className={styles.lines}>
              {items.map((row) => (
                <SecretLine
                  key={row.name}
                  row={row}
                  onReplace={() => setPressed({ what: 'set', name: row.name })}
                  onRemove={() => setPressed({ what: 'remove', name: row.name })}
                />
              ))}
            </ul>
          ) : (
            <div className={styles.none}>
              <Empty icon="key" title={m.secret_none()}>
                {m.secret_none_hint()}
              </Empty>
            </div>
          )}
          <p className={styles.foot}>
            {sentences(m.secrets_where(), key && label('secrets_key', key))}
          </p>
        </Card>
      )}
      {secrets.data && asked?.what === 'set' && (
        <SecretDialog
          name={asked.name}
          isKept={items.some(({ name }) => name === asked.name)}
          onClose={close}
        />
      )}
      {asked?.what === 'remove' && <RemoveSecret name={asked.name} onClose={close} />}
    </>
  );
}
