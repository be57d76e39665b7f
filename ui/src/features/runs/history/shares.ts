/** What the runs of a box came to: a share for each status that is among them, with a look of its own. */
import type { IconName, Tone } from '@/components';
import type { Shape } from '@/components/timeline';
import type { RunChunk, RunWindowRow, Status } from '@/ipc';

/** From the one that is looked for first, as they lie over one another in a box. */
const SHARES = [
  'failed',
  'interrupted',
  'cancelled',
  'paused',
  'waiting',
  'queued',
  'running',
  'succeeded',
] as const satisfies readonly Status[];

export type Share = (typeof SHARES)[number];

/** The statuses of runs that have not ended, beside those that are at work and those that wait for a person. */
export const KINDS = ['paused', 'queued', 'interrupted'] as const satisfies readonly Share[];

/** What is drawn as one row: a workflow's, or those of several. */
export interface DrawnRow extends RunWindowRow {
  /** Of several: whether one of them has more planned than is told. */
  isMore?: boolean;
}

export type Counts = Pick<
  RunChunk,
  'runs' | 'failed' | 'cancelled' | 'open' | 'waiting' | (typeof KINDS)[number]
>;

/** How many of each status there are, without those of which there are none. */
export function sharesOf(counts: Counts): { share: Share; count: number }[] {
  const { runs, failed, cancelled, open, waiting } = counts;
  const { paused = 0, queued = 0, interrupted = 0 } = counts;
  const of: Record<Share, number> = {
    ...{ failed, interrupted, cancelled, paused, queued },
    waiting: waiting - interrupted,
    running: open - waiting - paused - queued,
    succeeded: runs - failed - cancelled - open,
  };
  return SHARES.map((share) => ({ share, count: of[share] })).filter(({ count }) => count > 0);
}

/** How a share looks, so that no status is told by colour alone. */
export const LOOKS: Record<Share, { tone: Tone; shape: Shape; sign?: IconName }> = {
  failed: { tone: 'fail', shape: 'solid', sign: 'cross' },
  interrupted: { tone: 'warn', shape: 'notched', sign: 'warn' },
  cancelled: { tone: 'off', shape: 'solid', sign: 'stop' },
  paused: { tone: 'off', shape: 'barred', sign: 'pause' },
  waiting: { tone: 'wait', shape: 'hatched' },
  queued: { tone: 'off', shape: 'hatched' },
  running: { tone: 'run', shape: 'solid' },
  succeeded: { tone: 'ok', shape: 'solid' },
};

/** How many of each there are in all. */
export function added<Given extends Counts>(to: Given, more: Counts): Given {
  const sum: Counts = {
    runs: to.runs + more.runs,
    failed: to.failed + more.failed,
    cancelled: to.cancelled + more.cancelled,
    open: to.open + more.open,
    waiting: to.waiting + more.waiting,
  };
  for (const kind of KINDS) {
    const all = (to[kind] ?? 0) + (more[kind] ?? 0);
    if (all > 0) sum[kind] = all;
  }
  return { ...to, ...sum };
}
