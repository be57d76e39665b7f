import { Button, ErrorNotice, Icon, Time } from '@/components';
import { m, visible } from '@/i18n';
import type { RunBroken, RunDecision, RunTask } from '@/ipc';
import { useCommand } from '../../command';
import { namedError } from '../named';
import type { ShownRun } from '../queries';
import { Acts } from '../sheet/Acts';
import styles from './Questions.module.css';
import { StillRunning } from './StillRunning';

interface Props {
  run: ShownRun;
  task: RunTask;
  broken: RunBroken;
}

/** A task that was broken off in the middle: only a person can know what became of it. */
export function BrokenOff({ run, task, broken }: Props) {
  const decide = useCommand('run_answer', ['run', `run:${run.id}`]);
  const ended = task.attempts.at(-1)?.ended_at;
  const ways: { decision: RunDecision; words: string; hint: string }[] = [
    { decision: 'rerun', words: m.broken_rerun(), hint: m.broken_rerun_hint() },
    { decision: 'done', words: m.broken_done(), hint: m.broken_done_hint() },
    { decision: 'failed', words: m.broken_failed(), hint: m.broken_failed_hint() },
  ];
  return (
    <section
      className={styles.card}
      data-tone="warn"
      aria-label={visible(task.name)}
      data-testid="question"
    >
      <header className={styles.head}>
        <span className={styles.mark}>
          <Icon name="warn" />
        </span>
        <h2>{m.broken_title({ name: visible(task.name) })}</h2>
        {ended && (
          <small>
            <Time at={ended} />
          </small>
        )}
      </header>
      <div className={styles.body}>
        <p className={styles.instruction}>
          {broken.idempotent ? m.broken_again({ times: broken.times }) : m.broken_why()}
        </p>
        <StillRunning broken={broken} />
        <Acts acts={[broken.act]} />
        <div className={styles.ways}>
          {ways.map(({ decision, words, hint }) => (
            <div key={decision} className={styles.way}>
              <Button
                isDisabled={decide.isPending}
                onPress={() => decide.mutate({ id: run.id, task: task.id, decision, fields: {} })}
                data-testid={`broken-${decision}`}
              >
                {words}
              </Button>
              <p>{hint}</p>
            </div>
          ))}
        </div>
        {decide.error && <ErrorNotice error={namedError(decide.error, run)} />}
      </div>
    </section>
  );
}
