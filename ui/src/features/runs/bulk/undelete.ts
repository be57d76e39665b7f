/** Deleted runs that come back; it goes on while other pages are looked at. */
import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { counted, m } from '@/i18n';
import type { RunsChanged } from '@/ipc';
import { tellFailure } from '../../command';
import { LongWork } from '../../longWork';
import { keepNoPages } from '../pages';
import { leftOut, sum } from './leftOut';

/** Those of one operation that come back, if any do. */
export const undeleteWork = new LongWork('run_undelete');

/** What was asked for before. */
let before: Promise<unknown> = Promise.resolve();

/** Brings back what one operation deleted, once what was asked for before is back, and says what came of it. */
export function useUndelete() {
  const client = useQueryClient();
  return (operationId: string) => {
    before = before
      .then(() => undeleteWork.start({ operation_id: operationId }))
      .then(tell, tellFailure)
      .then(() => {
        undeleteWork.forget();
        keepNoPages();
        invalidate(client, ['run', 'operation']);
      });
  };
}

function tell({ done, left_out: left, cancelled }: RunsChanged) {
  const worst = left[0];
  if (cancelled) toast({ tone: 'warn', text: counted('runs_returned_part', done) });
  else if (worst) {
    const what = counted('runs_returned', done);
    const text = counted('runs_left_out', sum(left), { done: what });
    toast({ tone: 'warn', text: `${text} (${leftOut(worst)})` });
  } else if (done === 0) toast({ tone: 'warn', text: m.runs_returned_none() });
  else toast({ text: counted('runs_returned', done) });
}
