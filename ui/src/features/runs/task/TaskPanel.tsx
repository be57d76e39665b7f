import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Folded } from '@/components';
import { counted, m } from '@/i18n';
import type { RunShow, RunTask } from '@/ipc';
import { placeOfId } from '../../catalog/forms/place';
import { documentLink } from '../../catalog/kinds';
import { FolderLink } from '../folder/FolderLink';
import { LogLines } from '../LogLines';
import { runLinesQuery } from '../queries';
import { RetryDialog, type RetryWish } from '../RetryDialog';
import { isFinal } from '../status';
import { Attempt } from './Attempt';
import { Output } from './Output';
import styles from './TaskPanel.module.css';

/** The end of the log that stands under a task. */
const LAST = 12;

/** What is put right in the task folder. */
const OF_FOLDER = new Set([
  'tables_missing',
  'tables_none',
  'tables_too_long',
  'tables_unreadable',
  'path_missing',
]);

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
  const navigate = useNavigate();
  const [wish, setWish] = useState<RetryWish | null>(null);
  const last = task.attempts.at(-1);
  const earlier = task.attempts.slice(0, -1).reverse();
  const log = useQuery(runLinesQuery(run.id));
  const lines = (log.data?.lines ?? []).filter((line) => line.task === task.id);
  const isOfFolder = run.folder && OF_FOLDER.has(last?.error?.code ?? '');
  const canRepeat = isFinal(run.status) && run.workflow_id !== null;
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
      {(canRepeat || isOfFolder || run.workflow_id !== null || task.child) && (
        <div className={styles.steps}>
          {isOfFolder && <FolderLink run={run} />}
          {canRepeat && (
            <Button icon="undo" onPress={() => setWish({ from: task.id })} data-testid="retry-here">
              {m.run_retry_here()}
            </Button>
          )}
          {canRepeat && task.status === 'failed' && (
            <Button look="quiet" icon="skip" onPress={() => setWish({ skip: [task.id] })}>
              {m.run_skip_task()}
            </Button>
          )}
          {task.child && (
            <Button
              look="quiet"
              icon="runs"
              onPress={() => void navigate({ to: '/runs/$id', params: { id: task.child ?? '' } })}
            >
              {m.task_open_child()}
            </Button>
          )}
          {run.workflow_id !== null && (
            <Button
              look="quiet"
              icon="flow"
              onPress={() =>
                void navigate(
                  documentLink('workflow', run.workflow_id ?? '', { at: placeOfId(task.id) }),
                )
              }
              data-testid="open-definition"
            >
              {m.task_open_definition()}
            </Button>
          )}
        </div>
      )}
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
      {wish && <RetryDialog run={run} wish={wish} onClose={() => setWish(null)} />}
    </div>
  );
}
