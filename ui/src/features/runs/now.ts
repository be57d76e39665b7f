import { useEffect, useState } from 'react';
import { took } from '@/i18n';
import type { RunTask, Status } from '@/ipc';
import { isFinal } from './status';

/**
 * The time, told again every so many milliseconds while something on the page grows with it; with
 * `null` only once. In a window that is out of sight it stands still.
 */
export function useNow(every: number | null): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    setNow(new Date());
    if (every === null) return;
    const tick = () => document.hidden || setNow(new Date());
    const timer = setInterval(tick, every);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [every]);
  return now;
}

/** How often a length is told anew that grows in minutes, in milliseconds. */
export const SLOW = 30_000;

/** How often what is told of a run grows: not at all once it has ended, slowly while it waits. */
export function paceOf(status: Status): number | null {
  if (isFinal(status)) return null;
  return isAtWork(status) ? 1000 : SLOW;
}

/** As {@link paceOf}, and by seconds while one of its tasks tells how long it waits or is at work. */
export function paceOfTasks({ status, tasks }: { status: Status; tasks: readonly Counted[] }) {
  const isCounting = tasks.some(({ goes_on_at, attempts }) => {
    const last = attempts.at(-1);
    return goes_on_at || (last?.started_at && last.ended_at === null);
  });
  const pace = paceOf(status);
  return pace !== null && isCounting ? 1000 : pace;
}

type Counted = Pick<RunTask, 'goes_on_at' | 'attempts'>;

/** As {@link paceOf}, and by seconds as long as it has no minute yet: what stands still there looks stuck. */
export function paceOfRun({ status, start_time }: { status: Status; start_time: string }) {
  const isYoung = Date.now() - new Date(start_time).getTime() < MINUTE;
  const pace = paceOf(status);
  return pace !== null && isYoung ? 1000 : pace;
}

/** Whether something goes on in it now; what waits is not counted by seconds. */
export function isAtWork(status: Status): boolean {
  return status === 'running';
}

/** How long a run has taken, in words: to the second while it is at work and once it has ended. */
export function lengthSoFar(
  run: { status: Status; start_time: string; end_time?: string | null },
  now: Date,
): string {
  const exact = between(run.start_time, run.end_time, now);
  return took(paceOf(run.status) === SLOW ? roughly(exact) : exact);
}

const MINUTE = 60_000;

/** A length in whole minutes, or in whole seconds while it has none: nobody counts along. */
export function roughly(milliseconds: number): number {
  const unit = milliseconds < MINUTE ? 1000 : MINUTE;
  return Math.max(1000, Math.floor(milliseconds / unit) * unit);
}

/** How long ago something was, in words, told anew as often as they change. */
export function useAge(since: string | null | undefined): string | undefined {
  const isYoung = since ? Date.now() - new Date(since).getTime() < MINUTE : false;
  const now = useNow(isYoung ? 1000 : SLOW);
  return since ? took(roughly(between(since, null, now))) : undefined;
}

/** From one time to another, or to now where the other has not come, in milliseconds. */
export function between(start: string, end: string | null | undefined, now: Date): number {
  return Math.max(0, (end ? new Date(end) : now).getTime() - new Date(start).getTime());
}
