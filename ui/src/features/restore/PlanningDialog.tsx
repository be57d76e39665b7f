import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import { m } from '@/i18n';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { restorePlanWork } from './work';

/** While a backup is read, and when it could not be. */
export function PlanningDialog() {
  const work = useWork(restorePlanWork);
  if (work.status === 'idle' || work.status === 'done') return null;
  const close = () =>
    work.status === 'failed' ? restorePlanWork.forget() : restorePlanWork.cancel();
  return (
    <Dialog
      isOpen
      onClose={close}
      size="narrow"
      title={m.restore_reading_title()}
      data-testid="dialog-planning"
      foot={
        work.status === 'failed' && (
          <>
            <Spring />
            <Button onPress={close}>{m.close()}</Button>
          </>
        )
      }
    >
      {work.error ? (
        <ErrorNotice error={work.error} />
      ) : (
        <WorkProgress
          title={m.restore_reading()}
          {...work}
          onCancel={() => restorePlanWork.cancel()}
        />
      )}
    </Dialog>
  );
}
