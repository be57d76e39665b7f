import type { RunTask } from '@/ipc';
import { between } from '../now';

/**
 * What its attempts took together, in milliseconds; what lay between them, as when work was sent back,
 * took nobody. Nothing while it is in the queue, again or at all.
 */
export function lengthOf(attempts: RunTask['attempts'], now: Date): number | null {
  if (!attempts.at(-1)?.started_at) return null;
  return attempts.reduce(
    (sum, { started_at, ended_at }) => sum + (started_at ? between(started_at, ended_at, now) : 0),
    0,
  );
}
