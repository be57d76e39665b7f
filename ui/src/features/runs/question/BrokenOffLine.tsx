import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ErrorNotice, Folded, Icon, Segments } from '@/components';
import { m, visible } from '@/i18n';
import type { RunBroken, RunDecision, RunTask } from '@/ipc';
import { useCommand } from '../../command';
import { changedHere } from '../../sessions/work';
import { namedError } from '../named';
import type { ShownRun } from '../queries';
import { Acts } from '../sheet/Acts';
import { isFinal } from '../status';
import styles from './BrokenOffLine.module.css';
import { StillRunning } from './StillRunning';

interface Broken {
  task: RunTask;
  broken: RunBroken;
}

/** The steps of a run that nobody knows the end of. */
export function brokenOff(run: Pick<ShownRun, 'status' | 'tasks'>): Broken[] {
  if (isFinal(run.status)) return [];
  return run.tasks.flatMap((task) =>
    task.question?.kind === 'interrupted' ? [{ task, broken: task.question }] : [],
  );
}

/** Brings the first of these questions into sight, with its first answer to be chosen. */
export function showFirst(questions: HTMLElement | null): void {
  const first = questions?.querySelector('section');
  first?.scrollIntoView?.({ block: 'nearest' });
  first?.querySelector<HTMLElement>('[role=radio]')?.focus();
}

interface Props extends Broken {
  run: ShownRun;
}

/**
 * The question what became of a step, in one line where other things are decided as well. An answer cannot be taken
 * back, so it is chosen first and given then.
 */
export function BrokenOffLine({ run, task, broken }: Props) {
  const client = useQueryClient();
  const decide = useCommand('run_answer', ['run', `run:${run.id}`]);
  const [chosen, setChosen] = useState<RunDecision | null>(null);
  const name = visible(task.name);
  const answer = () =>
    chosen &&
    decide.mutate(
      { id: run.id, task: task.id, decision: chosen, fields: {} },
      // With that the run may have come to its end.
      { onSuccess: () => changedHere(client) },
    );
  return (
    <section className={styles.line} aria-label={name} data-testid={`broken-${task.id}`}>
      <Icon name="warn" />
      <div className={styles.words}>
        <p>
          <b>{m.session_step_needs()}</b> · {m.session_step_unknown({ name })}
        </p>
        {broken.idempotent && <p>{m.broken_again({ times: broken.times })}</p>}
        <StillRunning broken={broken} />
        <Folded summary={m.broken_acts()}>
          <Acts acts={[broken.act]} />
        </Folded>
      </div>
      <Segments<RunDecision>
        label={m.broken_title({ name })}
        value={chosen}
        isDisabled={decide.isPending}
        onChange={setChosen}
        options={[
          {
            value: 'rerun',
            label: broken.idempotent ? m.broken_rerun() : m.broken_rerun_twice(),
            testid: `broken-rerun-${task.id}`,
          },
          { value: 'done', label: m.broken_done(), testid: `broken-done-${task.id}` },
          { value: 'failed', label: m.broken_failed(), testid: `broken-failed-${task.id}` },
        ]}
      />
      <Button
        isDisabled={chosen === null || decide.isPending}
        onPress={answer}
        data-testid={`broken-answer-${task.id}`}
      >
        {m.broken_answer()}
      </Button>
      {decide.error && <ErrorNotice error={namedError(decide.error, run)} />}
    </section>
  );
}
