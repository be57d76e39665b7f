import { begun, moment, say, visible } from '@/i18n';
import type { Message, RunMessage } from '@/ipc';
import styles from './LogLines.module.css';

interface Props {
  lines: readonly RunMessage[];
  /** What people call the tasks, where the lines are of several. */
  names?: ReadonlyMap<string, string>;
}

/** Lines of a log: when, of which task, what. A warning or an error says so in words, too. */
export function LogLines({ lines, names }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div className={styles.log} tabIndex={0} role="log" data-selectable>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
        <LogLine key={index} line={line} names={names} />
      ))}
    </div>
  );
}

/** Fields of our messages that hold the id of a task. */
const TASKS = ['task', 'fallback', 'to'];

/** A message with the names people call the tasks by, where they are known. */
function named(message: Message, names: ReadonlyMap<string, string> | undefined): Message {
  if (!names || !message.fields) return message;
  const fields = Object.entries(message.fields).map(([key, value]) => [
    key,
    TASKS.includes(key) ? (names.get(value) ?? value) : value,
  ]);
  return { ...message, fields: Object.fromEntries(fields) };
}

export function LogLine({
  line,
  names,
}: {
  line: RunMessage;
  names?: ReadonlyMap<string, string>;
}) {
  const { at, level, task, text } = line;
  const isOurs = typeof text !== 'string';
  return (
    <div className={styles.line} data-level={level}>
      <time dateTime={at}>{moment(at)}</time>
      {names && <span className={styles.task}>{task ? (names.get(task) ?? task) : ''}</span>}
      <span className={isOurs ? styles.said : styles.printed}>
        {isOurs ? begun(visible(say(named(text, names)))) : text}
      </span>
    </div>
  );
}
