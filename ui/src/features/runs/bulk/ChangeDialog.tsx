import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { Button, Dialog, ErrorNotice, Notice, Spring, toast } from '@/components';
import { counted, label, listed, m, number } from '@/i18n';
import {
  CallError,
  type RunChange,
  type RunChangeManyInput,
  type RunsChanged,
  type RunsLeftOut,
} from '@/ipc';
import { undoAction } from '../../command';
import { LongWork, useWork } from '../../longWork';
import { WorkProgress } from '../../plan/WorkProgress';
import { useLongLook } from '../../useLongLook';
import { keepNoPages } from '../pages';
import styles from './ChangeDialog.module.css';
import { leftOut, sum } from './leftOut';
import { useUndelete } from './undelete';

/** The change that is under way, if one is. */
const changeWork = new LongWork('run_change_many');

/** So many reasons are told. */
const NAMED = 6;

const DONE: Record<RunChange, string> = {
  retry: 'runs_retried',
  cancel: 'runs_cancelled',
  delete: 'runs_deleted',
};

interface Props {
  change: RunChange;
  which: Pick<RunChangeManyInput, 'ids' | 'filter'>;
  onClose: () => void;
  /** It was done, as far as it was. */
  onDone: () => void;
}

/** What would be done with how many of the chosen runs, and which are left out for what reason; then how far it is. */
export function ChangeDialog({ change, which, onClose, onDone }: Props) {
  const look = useLongLook('run_change_many', { change, ...which, dry_run: true });
  const work = useWork(changeWork);
  const undelete = useUndelete();
  const client = useQueryClient();
  const lookAnew = () => {
    keepNoPages();
    void invalidate(client, ['run', 'operation']);
  };
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const found = look.data;
  const count = found?.done ?? 0;
  const start = async () => {
    if (count === 0 || isBusy) return;
    try {
      const done = await changeWork.start({ change, ...which });
      changeWork.forget();
      lookAnew();
      tell(change, done, undelete);
      onDone();
    } catch (thrown) {
      // A failure stands in the dialog.
      lookAnew();
      if (CallError.from(thrown).code === 'cancelled') onDone();
    }
  };
  const close = () => {
    changeWork.forget();
    onClose();
  };
  return (
    <Dialog
      isOpen
      size="narrow"
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={
        found
          ? count > 0
            ? counted(`runs_change_${change}_title`, count)
            : m.runs_change_none()
          : m.runs_change_looking()
      }
      data-testid="dialog-runs-change"
      foot={
        !isBusy && (
          <>
            <Spring />
            <Button onPress={close} autoFocus={found !== undefined && count === 0}>
              {found && count === 0
                ? m.close()
                : change === 'cancel'
                  ? m.runs_change_cancel_not()
                  : m.cancel()}
            </Button>
            {count > 0 && (
              <Button
                look={change === 'retry' ? 'primary' : 'danger'}
                onPress={() => void start()}
                autoFocus
                data-testid="runs-change-apply"
              >
                {counted(`runs_change_${change}_yes`, count)}
              </Button>
            )}
          </>
        )
      }
    >
      {look.error && <ErrorNotice error={look.error} onRetry={() => look.refetch()} />}
      {!found && look.isFetching && (
        <WorkProgress
          title={m.runs_change_looking()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={close}
        />
      )}
      {isBusy ? (
        <WorkProgress
          title={label('runs_change_working', change)}
          {...work}
          onCancel={() => changeWork.cancel()}
        />
      ) : (
        found && (
          <>
            {work.error && <ErrorNotice error={work.error} />}
            {count > 0 && <p className={styles.hint}>{label('runs_change_hint', change)}</p>}
            <LeftOut left={found.left_out} />
            {found.unlooked !== undefined && (
              <Notice tone="off" icon="info" data-testid="runs-unlooked">
                {m.runs_change_unlooked({ count: number(found.unlooked) })}
              </Notice>
            )}
            {found.more && (
              <Notice tone="off" icon="info">
                {m.runs_change_most({ count: number(count + sum(found.left_out)) })}
              </Notice>
            )}
          </>
        )
      )}
    </Dialog>
  );
}

/** So many reasons are told in passing. */
const REASONS = 2;

function LeftOut({ left }: { left: readonly RunsLeftOut[] }) {
  if (left.length === 0) return null;
  return (
    <section className={styles.left} data-testid="runs-left-out">
      <h3>{m.runs_change_left()}</h3>
      <ul>
        {left.slice(0, NAMED).map((one) => (
          <li key={JSON.stringify(one.reason)}>{leftOut(one)}</li>
        ))}
        {left.length > NAMED && <li>{m.and_more({ count: number(sum(left.slice(NAMED))) })}</li>}
      </ul>
    </section>
  );
}

function tell(change: RunChange, done: RunsChanged, undo: (id: string) => void) {
  const left = sum(done.left_out);
  const what = counted(DONE[change], done.done);
  const why = listed(done.left_out.map(leftOut), REASONS);
  toast({
    text: left > 0 ? `${counted('runs_left_out', left, { done: what })} (${why})` : what,
    tone: left > 0 ? 'warn' : 'ok',
    action: undoAction(undo, done.operation_id),
  });
}
