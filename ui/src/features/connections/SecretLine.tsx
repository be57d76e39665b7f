import { useQuery } from '@tanstack/react-query';
import { Menu, Sign, Time } from '@/components';
import { m, visible } from '@/i18n';
import type { SecretRow } from '@/ipc';
import styles from './ConnectionsPage.module.css';
import { secretUsesQuery, sourcesQuery } from './queries';
import { connectionOf } from './secretName';
import { UsedBy } from './UsedBy';

interface Props {
  row: SecretRow;
  onReplace: () => void;
  onRemove: () => void;
}

/** One secret: its name, since when it is there, what names it. */
export function SecretLine({ row, onReplace, onRemove }: Props) {
  const connection = connectionOf(row.name);
  const uses = useQuery({ ...secretUsesQuery(row.name), enabled: connection === undefined });
  const sources = useQuery(sourcesQuery());
  const isLeftOver =
    connection !== undefined && sources.data?.every(({ name }) => name !== connection) === true;
  const name = visible(row.name);
  // The password of a connection goes with it, and is entered where the rest of it is.
  const isOfConnection = connection !== undefined && !isLeftOver;
  return (
    <li className={styles.line} data-testid={`secret-${row.name}`}>
      <Sign icon="key" size={18} />
      <div className={styles.what}>
        <p>
          {connection === undefined ? (
            <b className={styles.code}>{name}</b>
          ) : (
            <b>{m.secret_of_connection({ name: visible(connection) })}</b>
          )}
        </p>
        {connection === undefined && (
          <small className={`${styles.quiet} ${styles.code}`} data-selectable>
            {`\${secret.${name}}`}
          </small>
        )}
        {isLeftOver && <small className={styles.quiet}>{m.secret_left_over()}</small>}
        <UsedBy uses={uses.data} />
      </div>
      <div className={styles.state}>
        <span className={styles.quiet}>
          {m.secret_since()} <Time at={row.set_at} />
        </span>
      </div>
      {!isOfConnection && (
        <span className={styles.menu}>
          <Menu
            label={m.secret_actions({ name })}
            data-testid={`more-${row.name}`}
            entries={[
              ...(connection === undefined
                ? [
                    {
                      id: 'replace',
                      label: m.secret_replace(),
                      icon: 'key' as const,
                      run: onReplace,
                    },
                    null,
                  ]
                : []),
              {
                id: 'remove',
                label: m.secret_remove(),
                icon: 'trash',
                tone: 'fail',
                run: onRemove,
              },
            ]}
          />
        </span>
      )}
    </li>
  );
}
