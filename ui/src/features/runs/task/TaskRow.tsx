import type { KeyboardEvent } from 'react';
import { Icon } from '@/components';
import { begun, counted, label, took, visible } from '@/i18n';
import type { RunShow, RunTask } from '@/ipc';
import { actionWords } from '../../catalog/forms/actions';
import { between } from '../now';
import { StatusMark } from '../status';
import { reasonOf } from '../waits';
import styles from './TaskList.module.css';

interface Props {
  run: RunShow;
  task: RunTask;
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  now: Date;
  isOpen: boolean;
  onToggle: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** A task on one line: what it came to, its name, what it waits for, how long it took. */
export function TaskRow({ run, task, names, now, isOpen, onToggle, onKeyDown }: Props) {
  const { attempts, status } = task;
  const reason = reasonOf(task, run, names, now);
  const length = lengthOf(task, now);
  return (
    <button
      type="button"
      className={styles.row}
      aria-expanded={isOpen}
      onClick={onToggle}
      onKeyDown={onKeyDown}
      data-testid={`task-${task.id}`}
      data-status={status}
    >
      <span className={styles.fold} data-open={isOpen || undefined}>
        <Icon name="right" size={14} />
      </span>
      <StatusMark status={status} />
      <span className={styles.name}>
        <b>{visible(task.name)}</b>
        <span className={styles.quiet}>{actionWords(task.action)}</span>
      </span>
      <span className={styles.reason}>
        {[
          // That it waits is in the words of what for.
          status === 'waiting' && reason ? begun(reason) : begun(label('status', status)),
          status !== 'waiting' && reason,
          attempts.length > 1 && counted('n_attempts', attempts.length),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
      <span className={styles.length}>{length}</span>
    </button>
  );
}

/** What its attempts took together; what lay between them, as when work was sent back, took nobody. */
export function lengthOf({ attempts }: Pick<RunTask, 'attempts'>, now: Date): string {
  const begun = attempts.flatMap(({ started_at, ended_at }) =>
    started_at ? [between(started_at, ended_at, now)] : [],
  );
  // One that is in the queue again has taken nothing yet.
  if (!attempts.at(-1)?.started_at) return '';
  return took(begun.reduce((sum, length) => sum + length, 0));
}
