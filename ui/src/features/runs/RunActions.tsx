import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Menu, type MenuEntry, toast } from '@/components';
import { m } from '@/i18n';
import { type CallError, shell } from '@/ipc';
import { documentLink } from '../catalog/kinds';
import { tellFailure, useCommand } from '../command';
import { CancelDialog } from './CancelDialog';
import { exportRun } from './exportRun';
import type { ShownRun } from './queries';
import { ResumeDialog } from './ResumeDialog';
import { RetryDialog, type RetryWish } from './RetryDialog';
import { untrustedOf } from './sheet/untrusted';
import { canRepeat, isFinal } from './status';

/** What can be done with a run as it is now. */
export function RunActions({ run }: { run: ShownRun }) {
  const navigate = useNavigate();
  const [wish, setWish] = useState<RetryWish | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const tags = ['run', `run:${run.id}`];
  const pause = useCommand('run_pause', tags);
  const resume = useCommand('run_resume', tags);
  const untrusted = untrustedOf(resume.error);
  const { status, ending, workflow_id } = run;
  const ended = isFinal(status);
  const isHeld = status === 'paused' || status === 'interrupted';
  const isEnding = ending !== undefined && !ended;
  const failed = status === 'failed' || status === 'cancelled';
  // With which configuration it goes on is decided where its session is.
  const refused = (error: CallError) => {
    const { session } = error.fields;
    if (error.code !== 'run_configuration_undecided' || !session) return tellFailure(error);
    void navigate({ to: '/sessions/{-$id}', params: { id: session }, search: { tab: 'recover' } });
  };
  const entries: (MenuEntry | null)[] = [];
  if (ended && failed && canRepeat(run))
    entries.push({
      id: 'from-start',
      label: m.run_from_start(),
      icon: 'play',
      run: () => setWish({ from: 'start' }),
    });
  if (ended && workflow_id !== null)
    entries.push({
      id: 'compare',
      label: failed ? m.run_compare_success() : m.run_compared_take_other(),
      icon: 'runs',
      run: () => void navigate({ to: '/runs/compare', search: { run: run.id } }),
    });
  if (workflow_id !== null)
    entries.push({
      id: 'workflow',
      label: m.run_open_workflow(),
      icon: 'flow',
      run: () => void navigate(documentLink('workflow', workflow_id)),
    });
  if (run.session !== undefined)
    entries.push({
      id: 'session',
      label: m.run_open_session(),
      icon: 'session',
      run: () => void navigate({ to: '/sessions/{-$id}', params: { id: run.session } }),
    });
  entries.push({
    id: 'folder',
    label: m.run_open_folder(),
    icon: 'folder',
    run: () => void shell.open_run_folder({ id: run.id, archive: false }).catch(tellFailure),
  });
  for (const format of ['html', 'json'] as const)
    entries.push({
      id: `export-${format}`,
      label: format === 'html' ? m.run_as_html() : m.run_as_json(),
      icon: 'export',
      run: () => void exportRun(run, format),
    });
  entries.push({
    id: 'copy-id',
    label: m.run_copy_id(),
    icon: 'copy',
    run: () =>
      void navigator.clipboard
        .writeText(run.id)
        .then(() => toast({ text: m.run_id_copied() }), tellFailure),
  });
  return (
    <>
      {isHeld && !isEnding && (
        <Button
          look="primary"
          icon="play"
          isDisabled={resume.isPending}
          onPress={() =>
            resume.mutate(
              { id: run.id },
              // What has to be trusted first is asked in a sheet of its own.
              { onError: (error) => untrustedOf(error) ?? refused(error) },
            )
          }
          data-testid="run-resume"
        >
          {m.run_resume()}
        </Button>
      )}
      {!ended && !isHeld && !isEnding && (
        <Button
          icon="pause"
          isDisabled={pause.isPending}
          onPress={() => pause.mutate({ id: run.id }, { onError: tellFailure })}
          data-testid="run-pause"
        >
          {m.run_pause()}
        </Button>
      )}
      {!ended && (
        <Button
          icon="stop"
          isDisabled={ending === 'cancelling'}
          onPress={() => setCancelling(true)}
          data-testid="run-cancel"
        >
          {ending === 'cancelling' ? m.run_is_ending() : m.run_cancel()}
        </Button>
      )}
      {ended && canRepeat(run) && (
        <Button
          // What helps against a failure stands beside that failure.
          look={status === 'cancelled' ? 'primary' : 'plain'}
          icon="undo"
          onPress={() => setWish({ from: failed ? 'failed' : 'start' })}
          data-testid="run-retry"
        >
          {failed ? m.run_retry_failed() : m.run_again()}
        </Button>
      )}
      <Menu label={m.more()} entries={entries} data-testid="run-menu" />
      {wish && <RetryDialog run={run} wish={wish} onClose={() => setWish(null)} />}
      {untrusted && <ResumeDialog run={run} untrusted={untrusted} onClose={() => resume.reset()} />}
      {cancelling && <CancelDialog run={run} onClose={() => setCancelling(false)} />}
    </>
  );
}
