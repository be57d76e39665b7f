import { useState } from 'react';
import { Choice } from '@/components';
import { counted, visible } from '@/i18n';
import type { RunTask } from '@/ipc';
import type { ShownRun } from '../queries';
import { isFinal } from '../status';
import { BrokenOff } from './BrokenOff';
import styles from './Questions.module.css';
import { WorkForm } from './WorkForm';

/** What a run asks of a person, one question at a time, before everything else on its page. */
export function Questions({ run }: { run: ShownRun }) {
  const [chosen, setChosen] = useState<string>();
  const asking = run.tasks.filter((task) => task.question);
  const task = asking.find((one) => one.id === chosen) ?? asking[0];
  if (!task || isFinal(run.status) || run.ending === 'cancelling') return null;
  return (
    <div className={styles.questions}>
      {asking.length > 1 && (
        <div className={styles.choice}>
          <Choice
            label={counted('questions', asking.length)}
            options={asking.map((one) => ({ value: one.id, label: visible(one.name) }))}
            value={task.id}
            onChange={setChosen}
          />
        </div>
      )}
      <Question
        // Work that is done anew is ticked anew.
        key={`${task.id} ${task.attempts.length}`}
        run={run}
        task={task}
      />
    </div>
  );
}

function Question({ run, task }: { run: ShownRun; task: RunTask }) {
  const { question } = task;
  if (question?.kind === 'work') return <WorkForm run={run} task={task} work={question} />;
  if (question?.kind === 'interrupted')
    return <BrokenOff run={run} task={task} broken={question} />;
  return null;
}
