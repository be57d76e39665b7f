import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import { bytes, counted, m, number, visible } from '@/i18n';
import { CallError, type CleanUpResult } from '@/ipc';
import { documentQuery } from '../catalog/queries';
import { LongWork, useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import styles from './CleanUpDialog.module.css';
import { type Limits, ruleOf } from './limits';

/** The clean-up that is under way, if one is. */
const cleanUpWork = new LongWork('log_clean_up');

/** So many workflows are named. */
const NAMED = 6;

interface Props {
  limits: Limits;
  /** What would go by them. */
  found: CleanUpResult;
  onClose: () => void;
  /** Also of one that was cancelled. */
  onDone: (result: CleanUpResult) => void;
}

/** What limits of the history would take away, before they hold; then how far it is. */
export function CleanUpDialog({ limits, found, onClose, onDone }: Props) {
  const work = useWork(cleanUpWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const total = found.runs + found.executions;
  const remove = async () => {
    try {
      const done = await cleanUpWork.start(ruleOf(limits) ?? {});
      cleanUpWork.forget();
      onDone(done);
    } catch (thrown) {
      // A failure stands in the dialog.
      if (CallError.from(thrown).code === 'cancelled') onClose();
    }
  };
  const close = () => {
    cleanUpWork.forget();
    onClose();
  };
  const most = [...found.workflows].sort((one, other) => other.count - one.count);
  return (
    <Dialog
      isOpen
      size="narrow"
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={counted('clean_up_title', total)}
      subtitle={m.clean_up_size({ size: bytes(found.bytes), rows: number(found.rows) })}
      data-testid="dialog-clean-up"
      foot={
        !isBusy && (
          <>
            <Spring />
            <Button onPress={close}>{m.cancel()}</Button>
            <Button look="danger" onPress={() => void remove()} data-testid="clean-up-apply">
              {counted('clean_up_apply', total)}
            </Button>
          </>
        )
      }
    >
      {isBusy ? (
        <WorkProgress title={m.clean_up()} {...work} onCancel={() => cleanUpWork.cancel()} />
      ) : (
        <>
          {work.error && <ErrorNotice error={work.error} />}
          <ul className={styles.workflows}>
            {most.slice(0, NAMED).map(({ workflow_id, count }) => (
              <li key={workflow_id ?? ''}>
                <WorkflowName id={workflow_id} />
                <span>{number(count)}</span>
              </li>
            ))}
            {most.length > NAMED && <li>{m.and_more({ count: number(most.length - NAMED) })}</li>}
          </ul>
          <p className={styles.hint}>{m.clean_up_for_good()}</p>
        </>
      )}
    </Dialog>
  );
}

function WorkflowName({ id }: { id: string | null }) {
  const { data } = useQuery({ ...documentQuery('workflow', id ?? ''), enabled: id !== null });
  // One that was deleted has runs all the same.
  return <span>{id === null ? m.clean_up_single() : visible(data?.row.name ?? id)}</span>;
}
