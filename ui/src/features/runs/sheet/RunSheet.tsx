import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import { m } from '@/i18n';
import { WorkflowPick } from '../WorkflowPick';
import { lastContextQuery, previewQuery } from './queries';
import { StartForm } from './StartForm';
import { closeRunSheet, openRunSheet, useSheetWish } from './store';

/** The sheet that starts a run: which workflow, with what, and what it would do. */
export function RunSheet() {
  const wish = useSheetWish();
  if (!wish) return null;
  return wish.workflow === undefined ? (
    <ChooseWorkflow />
  ) : (
    <Sheet key={wish.workflow} workflow={wish.workflow} task={wish.task} />
  );
}

function ChooseWorkflow() {
  return (
    <Dialog
      title={m.run_choose_title()}
      isOpen
      onClose={closeRunSheet}
      size="narrow"
      data-testid="dialog-run"
      foot={
        <>
          <Spring />
          <Button onPress={closeRunSheet}>{m.cancel()}</Button>
        </>
      }
    >
      <WorkflowPick
        value={undefined}
        onChange={(workflow) => workflow && openRunSheet({ workflow })}
      />
    </Dialog>
  );
}

/** Waits for the input of last time, which the form begins with, and for what it would do. */
function Sheet({ workflow, task }: { workflow: string; task?: string }) {
  const last = useQuery(lastContextQuery(workflow));
  const first = useQuery({
    ...previewQuery(workflow, last.data ?? {}),
    enabled: last.data !== undefined,
  });
  if (last.data && first.data)
    return <StartForm workflow={workflow} task={task} last={last.data} first={first.data} />;
  const failed = [last, first].find((query) => query.error);
  return (
    <Dialog title={m.run_one()} isOpen onClose={closeRunSheet} data-testid="dialog-run">
      {failed && <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} />}
    </Dialog>
  );
}
