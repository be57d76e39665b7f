import { useQuery } from '@tanstack/react-query';
import { Menu, Sign, Time } from '@/components';
import { m, say, visible } from '@/i18n';
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
  const { what } = row;
  const uses = useQuery({ ...secretUsesQuery(row.name), enabled: what === undefined });
  const sources = useQuery(sourcesQuery());
  const connection = connectionOf(row.name);
  const isLeftOver =
    connection !== undefined && sources.data?.every(({ name }) => name !== connection) === true;
  const name = visible(row.name);
  return (
    <li className={styles.line} data-testid={`secret-${row.name}`}>
      <Sign icon="key" size={18} />
      <div className={styles.what}>
        <p>{what ? <b>{visible(say(what))}</b> : <b className={styles.code}>{name}</b>}</p>
        {!what && (
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
      {/* What belongs to something goes with it, and is entered where the rest of it is. */}
      {(!what || isLeftOver) && (
        <span className={styles.menu}>
          <Menu
            label={m.secret_actions({ name })}
            data-testid={`more-${row.name}`}
            entries={[
              ...(what === undefined
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
