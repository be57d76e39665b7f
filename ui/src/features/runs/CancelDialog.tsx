import { Button, Dialog, Spring } from '@/components';
import { counted, m } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import { runName } from './columns';
import type { ShownRun } from './queries';

/** Whether a run is to end: what runs is broken off, so it is asked. */
export function CancelDialog({ run, onClose }: { run: ShownRun; onClose: () => void }) {
  const cancel = useCommand('run_cancel', ['run', `run:${run.id}`]);
  const running = run.tasks.filter((task) => task.status === 'running').length;
  return (
    <Dialog
      title={m.run_cancel_title({ name: runName(run) })}
      isOpen
      onClose={onClose}
      size="narrow"
      data-testid="dialog-cancel-run"
      foot={
        <>
          <Spring />
          <Button onPress={onClose} autoFocus>
            {m.run_cancel_not()}
          </Button>
          <Button
            look="danger"
            isDisabled={cancel.isPending}
            onPress={() =>
              cancel.mutate({ id: run.id }, { onError: tellFailure, onSettled: onClose })
            }
            data-testid="run-cancel-confirm"
          >
            {m.run_cancel_yes()}
          </Button>
        </>
      }
    >
      <p>{running > 0 ? counted('run_cancel_running', running) : m.run_cancel_idle()}</p>
      <p>{m.run_cancel_keeps()}</p>
    </Dialog>
  );
}
