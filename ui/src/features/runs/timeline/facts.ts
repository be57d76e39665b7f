/** The times of a run, as its timeline is laid out by them. */
import { folded, gaps, type Stretch } from '@/components/timeline';
import type { RunTask } from '@/ipc';
import type { ShownRun } from '../queries';
import { isFinal } from '../status';

/** What waits for a person or a time keeps no machine busy. */
const RESTS = new Set(['manual', 'wait']);
/** So much of the beginning and the end of a rest is shown, in milliseconds. */
const EDGE = 1000;

type Timed = Pick<ShownRun, 'status' | 'start_time' | 'end_time' | 'archive'> & {
  tasks: readonly Pick<RunTask, 'action' | 'status' | 'attempts'>[];
};

export interface Facts {
  /** The beginning, as the clock has it, in milliseconds. */
  origin: number;
  /** The latest time there is of it, in milliseconds after the beginning. */
  until: number;
  /** Whether it can still grow. */
  isLive: boolean;
  /** When something was at work; what goes on ends at infinity. */
  busy: Stretch[];
}

export function factsOf({ status, start_time, end_time, archive, tasks }: Timed): Facts {
  const attempts = tasks.flatMap((task) =>
    task.attempts.map((attempt) => ({ ...attempt, isRest: RESTS.has(task.action) })),
  );
  const read = (times: (string | null | undefined)[]) =>
    times.flatMap((time) => (time ? [Date.parse(time)] : [])).filter(Number.isFinite);
  const known = read([
    start_time,
    end_time,
    archive?.started_at,
    archive?.ended_at,
    ...attempts.flatMap(({ queued_at, started_at, ended_at }) => [queued_at, started_at, ended_at]),
  ]);
  const origin = known.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const after = (time: string) => Date.parse(time) - origin;
  const stretch = (from: string, to: string | null | undefined): Stretch => {
    const begin = after(from);
    if (to) return { from: begin, to: Math.max(begin, after(to)) };
    return { from: begin, to: isFinal(status) ? begin : Number.POSITIVE_INFINITY };
  };
  const work: Stretch[] = archive ? [stretch(archive.started_at, archive.ended_at)] : [];
  const rests: Stretch[] = [];
  for (const { status: is, queued_at, started_at, ended_at, isRest } of attempts) {
    if (started_at) {
      const end = is === 'interrupted' ? (ended_at ?? started_at) : ended_at;
      (isRest || is === 'waiting' ? rests : work).push(stretch(started_at, end));
    }
    rests.push(stretch(queued_at, started_at ?? ended_at));
  }
  return {
    origin,
    until: known.reduce((most, time) => Math.max(most, time), origin) - origin,
    isLive: !isFinal(status),
    busy: [...work, ...rests.flatMap((rest) => shownOf(rest, lengthOf(work)))],
  };
}

/** What of a rest is shown whatever it lasts: all of one that is no longer than the work, else its edges. */
function shownOf({ from, to }: Stretch, work: number): Stretch[] {
  if (to - from <= Math.max(work, 2 * EDGE)) return [{ from, to }];
  const first = { from, to: from + EDGE };
  return Number.isFinite(to) ? [first, { from: to - EDGE, to }] : [first];
}

/** How long at least one of these was under way, of those that have ended. */
function lengthOf(work: readonly Stretch[]): number {
  const ended = work.filter(({ to }) => Number.isFinite(to));
  const end = ended.reduce((most, { to }) => Math.max(most, to), 0);
  return gaps(ended, end).reduce((sum, { from, to }) => sum - (to - from), end);
}

export interface Layout {
  /** How long what is drawn is. */
  span: number;
  /** What of it may be folded. */
  folds: Stretch[];
}

/** What is drawn of it at this moment; what is live has some room for what comes. */
export function layoutOf({ busy, isLive, until }: Facts, at: number, width: number): Layout {
  const now = Math.max(1, isLive ? Math.max(at, until) : until);
  const clipped = busy.map(({ from, to }) => ({ from, to: Math.min(to, now) }));
  const folds = folded(gaps(clipped, now), now, width);
  if (!isLive) return { span: now, folds };
  const last = folds.at(-1);
  if (last?.to === now) {
    // Nothing but time goes by: it does so inside of the fold, where "now" hardly moves.
    const span = now + Math.max(600_000, now / 4);
    return { span, folds: [...folds.slice(0, -1), { from: last.from, to: span }] };
  }
  const shown = folds.reduce((sum, { from, to }) => sum - (to - from), now);
  return { span: now + shown / 12 + 2000, folds };
}
