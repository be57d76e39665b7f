import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { Button, ErrorNotice, Icon } from '@/components';
import { m } from '@/i18n';
import type { SessionShow, SessionUnkept } from '@/ipc';
import { useCommand } from '../command';
import { type ShownRun, useRun } from '../runs/queries';
import { BrokenOffLine, brokenOff, showFirst } from '../runs/question/BrokenOffLine';
import { ResumeDialog } from '../runs/ResumeDialog';
import { untrustedOf } from '../runs/sheet/untrusted';
import { isFinal } from '../runs/status';
import { ListFolder } from './ListFolder';
import styles from './RecoveryWizard.module.css';
import { unkeptWords } from './words';

/** A run to which no files belong that could be lost: it goes on as any other. */
export function PlainRun({ session }: { session: SessionShow }) {
  const { run, error, refetch } = useRun(session.run_id ?? session.id);
  return (
    <>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      {run && <Run run={run} unkept={session.unkept} />}
    </>
  );
}

function Run({ run, unkept }: { run: ShownRun; unkept: SessionUnkept | undefined }) {
  const navigate = useNavigate();
  const resume = useCommand('run_resume', ['run', `run:${run.id}`, 'session']);
  const untrusted = untrustedOf(resume.error);
  const questions = brokenOff(run);
  const open = useRef<HTMLDivElement>(null);
  const look = () => void navigate({ to: '/runs/$id', params: { id: run.id } });
  return (
    <>
      <div className={styles.both}>
        <div ref={open} className={styles.scroll}>
          {questions.map((question) => (
            <BrokenOffLine key={question.task.id} run={run} {...question} />
          ))}
        </div>
      </div>
      <footer className={styles.foot} data-foot>
        {resume.error && !untrusted && <ErrorNotice error={resume.error} />}
        <div className={styles.bar}>
          <span className={styles.shield}>
            <Icon name="shield" />
          </span>
          <p>{unkept ? unkeptWords(unkept) : m.session_plain()}</p>
          {unkept && <ListFolder unkept={unkept} />}
          <Button onPress={look} data-testid="look-at-run">
            {m.session_look_at_run()}
          </Button>
          {!isFinal(run.status) && (
            <Button
              look="primary"
              isDisabled={resume.isPending}
              onPress={() =>
                questions.length > 0
                  ? showFirst(open.current)
                  : resume.mutate({ id: run.id }, { onSuccess: look })
              }
              data-testid="go-on"
            >
              {questions.length > 0 ? m.session_decide_first() : m.run_resume()}
            </Button>
          )}
        </div>
      </footer>
      {untrusted && <ResumeDialog run={run} untrusted={untrusted} onClose={() => resume.reset()} />}
    </>
  );
}
