import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { invalidate } from '@/app/queries';
import { Button, Chip, type IconName, Menu, Sign } from '@/components';
import { label, m, sayError, visible } from '@/i18n';
import { call, type Message, type SourceRow, type SourceTested } from '@/ipc';
import { type Test, useTest } from '../useTest';
import styles from './ConnectionsPage.module.css';
import { sourceUsesQuery } from './queries';
import { SourceLoad } from './SourceLoad';
import { LOCAL, type SourceState, stateOf, unlocks } from './sourceState';
import { UnlockButton } from './UnlockButton';
import { UsedBy } from './UsedBy';

const ICONS: Record<string, IconName> = {
  sqlite: 'file',
  mysql: 'database',
  redis: 'box',
  elasticsearch: 'find',
};

interface Props {
  row: SourceRow;
  onEdit: () => void;
  onRemove: () => void;
}

/** One connection: what and where it is, how it is, what uses it, and what can be done. */
export function ConnectionLine({ row, onEdit, onRemove }: Props) {
  const uses = useQuery(sourceUsesQuery(row.name));
  const isLocal = row.name === LOCAL;
  const name = visible(row.name);
  return (
    <li className={styles.line} data-testid={`connection-${row.name}`}>
      <Sign icon={ICONS[row.type] ?? 'plug'} size={18} />
      <div className={styles.what}>
        <p>
          <b>{name}</b> <span className={styles.quiet}>{label('source_kind', row.type)}</span>
        </p>
        <small className={styles.quiet} data-selectable={isLocal ? undefined : true}>
          {isLocal ? m.source_local_words() : visible(row.address ?? '')}
        </small>
        <UsedBy uses={uses.data} />
        <SourceLoad name={row.name} />
      </div>
      <Condition row={row} onEdit={onEdit} />
      {!isLocal && (
        <span className={styles.menu}>
          <Menu
            label={m.connection_actions({ name })}
            data-testid={`more-${row.name}`}
            entries={[
              { id: 'edit', label: m.connection_edit(), icon: 'settings', run: onEdit },
              null,
              {
                id: 'remove',
                label: m.connection_remove(),
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

/** How it is, and the step that helps: asking it, letting it in, mending it. */
function Condition({ row, onEdit }: Pick<Props, 'row' | 'onEdit'>) {
  const client = useQueryClient();
  const { test, start, forget } = useTest(() => call('source_test', { name: row.name }));
  const ask = async () => {
    await start();
    invalidate(client, ['connection']);
  };
  const name = visible(row.name);
  const isAsking = test.status === 'asking';
  const isDown = row.answers === false && !row.waits && row.name !== LOCAL;
  return (
    <>
      <State {...seen(row, test)} />
      <div className={styles.actions}>
        {row.waits && <LetIn name={row.name} why={row.waits} onEnter={onEdit} />}
        {isDown && !isAsking && (
          <Button look="quiet" onPress={onEdit} aria-label={m.connection_mend({ name })}>
            {m.change()}
          </Button>
        )}
        {/* One button for both: it keeps the focus of whoever pressed it. */}
        {!row.waits && (
          <Button
            look="quiet"
            onPress={isAsking ? forget : () => void ask()}
            aria-label={isAsking ? undefined : m.connection_test_named({ name })}
            data-testid={`test-${row.name}`}
          >
            {isAsking ? m.connection_stop() : m.connection_test()}
          </Button>
        )}
      </div>
    </>
  );
}

/** How a connection is, while it is asked and after. */
function seen(row: SourceRow, test: Test<SourceTested>): SourceState {
  if (test.status === 'asking')
    return { tone: 'run', icon: 'clock', words: m.source_state_asked() };
  if (test.status === 'failed') {
    const more = sayError(test.error);
    return { tone: 'fail', icon: 'warn', words: m.source_state_unasked(), more };
  }
  return stateOf(row);
}

/** The step that gives a connection its password: entered, unlocked, or mended where all of them are. */
function LetIn({ name, why, onEnter }: { name: string; why: Message; onEnter: () => void }) {
  const navigate = useNavigate();
  if (why.code === 'password_missing') {
    return (
      <Button icon="key" onPress={onEnter} data-testid={`enter-${name}`}>
        {m.connection_enter_password()}
      </Button>
    );
  }
  if (unlocks(why)) return <UnlockButton icon="key" />;
  return (
    <Button onPress={() => void navigate({ to: '/connections', search: { tab: 'secrets' } })}>
      {m.tab_secrets()}
    </Button>
  );
}

function State({ tone, icon, words, more, since }: SourceState) {
  return (
    <div className={styles.state} role="status">
      <Chip tone={tone} icon={icon}>
        {words}
      </Chip>
      {(more || since) && (
        <small className={styles.quiet}>{[more, since].filter(Boolean).join(' · ')}</small>
      )}
    </div>
  );
}
