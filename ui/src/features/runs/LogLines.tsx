import { Link } from '@tanstack/react-router';
import { begun, m, moment, say, visible, visibleText } from '@/i18n';
import type { RunMessage } from '@/ipc';
import styles from './LogLines.module.css';
import { named } from './named';

interface Props {
  lines: readonly RunMessage[];
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  /** Lines of all tasks say of which. */
  of: 'all' | 'one';
  /** The session of the run, where it has one. */
  session?: string;
}

/** What is told of a configuration and decided about where its session is. */
const IN_SESSION = new Set([
  'run_configuration_left_out',
  'run_configuration_kept_in_part',
  'run_configuration_kept_too_late',
  'run_configuration_differs',
  'run_configuration_not_seen',
]);

/** Lines of a log: when, of which task, what. A warning or an error says so in words, too. */
export function LogLines({ lines, names, of }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div className={styles.log} tabIndex={0} role="log" data-selectable>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
        <LogLine key={index} line={line} names={names} of={of} />
      ))}
    </div>
  );
}

export function LogLine({ line, names, of, session }: Omit<Props, 'lines'> & { line: RunMessage }) {
  const { at, level, task, text } = line;
  const isOurs = typeof text !== 'string';
  return (
    <div className={styles.line} data-level={level}>
      <time dateTime={at}>{moment(at)}</time>
      {of === 'all' && <span className={styles.task}>{task ? (names.get(task) ?? task) : ''}</span>}
      <span className={isOurs ? styles.said : styles.printed}>
        {isOurs ? begun(visible(say(named(text, names)))) : visibleText(text)}
        {isOurs && session !== undefined && IN_SESSION.has(text.code) && (
          <>
            {' '}
            <Link to="/sessions/{-$id}" params={{ id: session }} search={{ which: 'all' }}>
              {m.nav_sessions()}
            </Link>
          </>
        )}
      </span>
    </div>
  );
}
