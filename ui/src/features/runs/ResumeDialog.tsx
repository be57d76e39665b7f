import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import { m } from '@/i18n';
import { useCommand } from '../command';
import { runName } from './columns';
import { namedError } from './named';
import type { ShownRun } from './queries';
import { TrustNotice } from './sheet/TrustNotice';
import { type Untrusted, untrustedOf } from './sheet/untrusted';

interface Props {
  run: ShownRun;
  /** What it would do, and what that is known by. */
  untrusted: Untrusted;
  onClose: () => void;
}

/** A run that came with a restore: what it would do, before somebody lets it go on. */
export function ResumeDialog({ run, untrusted, onClose }: Props) {
  const resume = useCommand('run_resume', ['run', `run:${run.id}`]);
  const now = untrustedOf(resume.error) ?? untrusted;
  const error = untrustedOf(resume.error) ? null : resume.error;
  return (
    <Dialog
      title={m.run_resume_title({ name: runName(run) })}
      isOpen
      onClose={onClose}
      data-testid="dialog-resume"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            icon="play"
            isDisabled={resume.isPending}
            onPress={() =>
              resume.mutate({ id: run.id, trust: true, shown: now.shown }, { onSuccess: onClose })
            }
            data-testid="resume-trust"
          >
            {m.trust_and_resume()}
          </Button>
        </>
      }
    >
      <TrustNotice acts={now.acts} />
      {error && <ErrorNotice error={namedError(error, run)} />}
    </Dialog>
  );
}
