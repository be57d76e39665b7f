import { useQuery } from '@tanstack/react-query';
import { Button, ErrorNotice, Folded } from '@/components';
import { counted, m } from '@/i18n';
import type { RunTask } from '@/ipc';
import { paramWords } from '../../catalog/forms/actions';
import { OutputView } from '../data/OutputView';
import { isFields } from '../data/shape';
import { LogLines } from '../LogLines';
import { runTaskLinesQuery, runTaskQuery, type ShownRun } from '../queries';
import { Attempt } from './Attempt';
import { NextSteps } from './NextSteps';
import { Output } from './Output';
import styles from './TaskPanel.module.css';

/** The end of the log that stands under a task. */
const LAST = 12;

interface Props {
  run: ShownRun;
  /** What people call the tasks, by their ids. */
  names: ReadonlyMap<string, string>;
  task: RunTask;
  now: Date;
  onMessages: () => void;
}

/** All of a task: its attempts with what went wrong and the next step, what it gave, what it said. */
export function TaskPanel({ run, names, task: row, now, onMessages }: Props) {
  const shown = useQuery(runTaskQuery(run.id, row.id));
  // Its row has no texts.
  const task = shown.data?.task ?? row;
  const last = task.attempts.at(-1);
  const earlier = task.attempts.slice(0, -1).reverse();
  const { lines = [], areMore = false } =
    useQuery(runTaskLinesQuery(run.id, task.id, LAST)).data ?? {};
  return (
    <div className={styles.panel} data-status={task.status} data-testid={`task-panel-${task.id}`}>
      {shown.error && <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />}
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
      <Given action={task.action} params={shown.data?.params} />
      <Output run={run.id} task={task} />
      {lines.length > 0 && (
        <section className={styles.part}>
          <h2>
            {m.run_messages()}
            {areMore && (
              <Button look="quiet" onPress={onMessages}>
                {m.run_all_messages()}
              </Button>
            )}
          </h2>
          <LogLines lines={lines} names={names} of="one" />
        </section>
      )}
    </div>
  );
}

/** What it was given, as far as the run knows it. What a person is given stands in the form. */
function Given({ action, params }: { action: string; params: unknown }) {
  if (action === 'manual' || !isFields(params) || Object.keys(params).length === 0) return null;
  return (
    <Folded summary={m.task_given()}>
      <OutputView
        value={params}
        label={m.task_given()}
        names={(name) => paramWords(action, name)}
      />
    </Folded>
  );
}
