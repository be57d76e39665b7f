import { useState } from 'react';
import { Button } from '@/components';
import { counted, m, visible } from '@/i18n';
import type { RunTask, RunWork } from '@/ipc';
import type { ShownRun } from '../queries';
import { Output } from '../task/Output';
import styles from './Questions.module.css';

/** So many results are offered at first: the nearest. */
const OFFERED = 4;

interface Props {
  run: ShownRun;
  work: RunWork;
}

/** What the steps before a person's work gave, the nearest first: what there is to look at. */
export function EarlierResults({ run, work }: Props) {
  const [areAll, setAll] = useState(false);
  const before = new Set(work.send_back_to.map((step) => step.id));
  const given = run.tasks.filter((task) => before.has(task.id) && task.output_bytes).reverse();
  const shown = areAll ? given : given.slice(0, OFFERED);
  const more = given.length - shown.length;
  if (given.length === 0) return null;
  return (
    <section className={styles.part} data-testid="earlier-results">
      <h3>{m.question_results()}</h3>
      {shown.map((task) => (
        <EarlierResult key={task.id} run={run.id} task={task} />
      ))}
      {more > 0 && (
        <div>
          <Button look="quiet" onPress={() => setAll(true)}>
            {counted('question_more_results', more)}
          </Button>
        </div>
      )}
    </section>
  );
}

function EarlierResult({ run, task }: { run: string; task: RunTask }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className={styles.result}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid={`earlier-${task.id}`}
    >
      <summary>{visible(task.name)}</summary>
      {isOpen && <Output run={run} task={task} heading="hidden" />}
    </details>
  );
}
