/** How a session stands, and what can be done with it for that. */
import type { SessionRow, SessionShow } from '@/ipc';

/** Whether it was only kept: nobody has started it yet. */
export function isNotStarted({
  origin,
  status,
  run_id,
}: Pick<SessionRow, 'origin' | 'status' | 'run_id'>): boolean {
  return origin === 'config' && status === 'active' && run_id === undefined;
}

/** Whether it waits for somebody who takes it up again. Of what was aborted something has to be kept for that. */
export function isHeld({ status, snapshots }: SessionShow): boolean {
  return (
    status === 'interrupted' ||
    status === 'paused' ||
    (status === 'aborted' && snapshots.length > 0)
  );
}

/** Whether files belong to it that can be other than they were. */
export function hasConfiguration({ origin, config, snapshots }: SessionShow): boolean {
  return origin !== 'run' || config !== undefined || snapshots.length > 0;
}

/** Whether its work finds its files in a copy of its own, and not where they are. */
export function worksFromCopy({ works_with, status }: SessionShow): boolean {
  return works_with === 'overlay' && status !== 'completed' && status !== 'aborted';
}
