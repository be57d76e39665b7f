import { begun, moment, say, visible, visibleText } from '@/i18n';
import type { RunMessage } from '@/ipc';
import styles from './LogLines.module.css';
import { named } from './named';

interface Props {
  lines: readonly RunMessage[];
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  /** Lines of all tasks say of which. */
  of: 'all' | 'one';
}

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

export function LogLine({ line, names, of }: Omit<Props, 'lines'> & { line: RunMessage }) {
  const { at, level, task, text } = line;
  const isOurs = typeof text !== 'string';
  return (
    <div className={styles.line} data-level={level}>
      <time dateTime={at}>{moment(at)}</time>
      {of === 'all' && <span className={styles.task}>{task ? (names.get(task) ?? task) : ''}</span>}
      <span className={isOurs ? styles.said : styles.printed}>
        {isOurs ? begun(visible(say(named(text, names)))) : visibleText(text)}
      </span>
    </div>
  );
}
