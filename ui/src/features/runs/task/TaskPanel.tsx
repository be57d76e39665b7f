import { useQuery } from '@tanstack/react-query';
import { Button, Folded } from '@/components';
import { counted, m } from '@/i18n';
import type { RunShow, RunTask } from '@/ipc';
import { LogLines } from '../LogLines';
import { runLinesQuery } from '../queries';
import { Attempt } from './Attempt';
import { NextSteps } from './NextSteps';
import { Output } from './Output';
import styles from './TaskPanel.module.css';

/** The end of the log that stands under a task. */
const LAST = 12;

interface Props {
  run: RunShow;
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  task: RunTask;
  now: Date;
  onMessages: () => void;
}

/** All of a task: its attempts with what went wrong and the next step, what it gave, what it said. */
export function TaskPanel({ run, names, task, now, onMessages }: Props) {
  const last = task.attempts.at(-1);
  const earlier = task.attempts.slice(0, -1).reverse();
  const log = useQuery(runLinesQuery(run.id));
  const lines = (log.data?.lines ?? []).filter((line) => line.task === task.id);
  return (
    <div className={styles.panel} data-status={task.status} data-testid={`task-panel-${task.id}`}>
      {last && <Attempt attempt={last} names={names} of={task.attempts.length} now={now} />}
      {earlier.length > 0 && (
        <Folded summary={counted('attempts_earlier', earlier.length)}>
          <div className={styles.earlier}>
            {earlier.map((attempt) => (
              <Attempt
                key={attempt.number}
                attempt={attempt}
                names={names}
                of={task.attempts.length}
                now={now}
              />
            ))}
          </div>
        </Folded>
      )}
      {!last && <p className={styles.quiet}>{m.task_no_attempts()}</p>}
      <NextSteps run={run} task={task} onMessages={onMessages} />
      <Output run={run.id} task={task} />
      {lines.length > 0 && (
        <section className={styles.part}>
          <h2>
            {m.run_messages()}
            {lines.length > LAST && (
              <Button look="quiet" onPress={onMessages}>
                {m.run_all_messages()}
              </Button>
            )}
          </h2>
          <LogLines lines={lines.slice(-LAST)} names={names} of="one" />
        </section>
      )}
    </div>
  );
}
