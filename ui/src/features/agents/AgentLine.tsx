import { Link } from '@tanstack/react-router';
import { Chip, type IconName, Menu, Progress, Sign, type Tone } from '@/components';
import { begun, m, number, took, visible } from '@/i18n';
import type { AgentList, AgentRow } from '@/ipc';
import { between, useNow } from '../runs/now';
import styles from './AgentsTab.module.css';
import { ableWords } from './words';

interface Props {
  row: AgentRow;
  /** All there is that an agent can do. */
  all: AgentList['capabilities'];
  onEdit: () => void;
  onRemove: () => void;
}

/** One agent: what it can do, how busy it is, and with what. */
export function AgentLine({ row, all, onEdit, onRemove }: Props) {
  const { capacity, doing, running } = row;
  const now = useNow(doing.length > 0 ? SECOND : null);
  const name = visible(row.id);
  const state = stateOf(row);
  const more = running - doing.length;
  return (
    <li className={styles.line} data-testid={`agent-${row.id}`}>
      <Sign icon="person" size={18} />
      <div className={styles.what}>
        <b>{name}</b>
        <small className={styles.quiet}>{begun(ableWords(row, all))}</small>
      </div>
      <div className={styles.load}>
        <Chip tone={state.tone} icon={state.icon}>
          {begun(state.words)}
        </Chip>
        {capacity > 0 && (
          <span className={styles.bar}>
            <Progress label={m.agent_load()} done={running} total={capacity} />
            <small className={styles.quiet}>
              {m.agent_load_of({ running: number(running), most: number(capacity) })}
            </small>
          </span>
        )}
      </div>
      <span className={styles.menu}>
        <Menu
          label={m.agent_actions({ name })}
          data-testid={`more-${row.id}`}
          entries={[
            { id: 'edit', label: m.agent_edit(), icon: 'settings', run: onEdit },
            null,
            { id: 'remove', label: m.agent_remove(), icon: 'trash', tone: 'fail', run: onRemove },
          ]}
        />
      </span>
      {doing.length > 0 && (
        <ul className={styles.doing} aria-label={m.agent_does_now({ name })}>
          {doing.map((task) => (
            <li key={`${task.run_id} ${task.task}`}>
              <Link to="/runs/$id" params={{ id: task.run_id }} search={{ task: task.task }}>
                {visible(task.workflow_name)} · {visible(task.task_name)}
              </Link>{' '}
              <span className={styles.quiet}>
                {[
                  m.agent_for({ length: took(wholeSeconds(between(task.since, null, now))) }),
                  task.data_source && m.agent_on({ source: visible(task.data_source) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
          {more > 0 && <li className={styles.quiet}>{m.waits_more({ count: number(more) })}</li>}
        </ul>
      )}
    </li>
  );
}

/** How often a length is told anew, and its unit, in milliseconds. */
const SECOND = 1_000;

function wholeSeconds(length: number): number {
  return Math.max(1, Math.round(length / SECOND)) * SECOND;
}

function stateOf({ status, capacity, running }: AgentRow): {
  tone: Tone;
  icon: IconName;
  words: string;
} {
  if (status === 'away') return { tone: 'off', icon: 'pause', words: m.agent_state_away() };
  if (capacity === 0) return { tone: 'off', icon: 'pause', words: m.agent_state_held() };
  if (status === 'busy') return { tone: 'wait', icon: 'clock', words: m.agent_state_full() };
  return running > 0
    ? { tone: 'run', icon: 'play', words: m.agent_state_working() }
    : { tone: 'ok', icon: 'check', words: m.agent_ready() };
}
