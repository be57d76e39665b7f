/** What the timeline and the calendar of all runs ask for. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, type RunDay, type RunRow, type Status } from '@/ipc';
import type { RunQuestion } from '../queries';
import type { DrawnRow } from './shares';
import type { Seen } from './window';

/** Each step of each run makes these stale: they are asked for no more often, in milliseconds. */
const EVERY = 1_000;
const TAGS = ['run', 'run:', 'schedule', 'workflow'];
/** What is narrower cannot be told apart, in pixels. */
const NARROW = 4;
const MOST_BUCKETS = 500;
/** Workflows of one question. */
const NAMED = 100;
/** Rows of a list of runs. */
const LISTED = 20;

/** What is asked of runs beside their time. */
export type Which = Omit<RunQuestion, 'since' | 'until'>;

function between({ since, until }: Seen) {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

/** The workflows that have something to draw. */
export function historyRowsQuery(seen: Seen) {
  const asked = between(seen);
  return queryOptions({
    queryKey: ['run rows', asked],
    queryFn: async () => (await call('run_rows', asked)).rows,
    placeholderData: keepPreviousData,
    meta: { tags: TAGS, atMostEvery: EVERY },
  });
}

export interface Drawn {
  /** When the times of the rows are counted from. */
  since: number;
  rows: ReadonlyMap<string | null, DrawnRow>;
  /** The runs that were made before have not been looked at. */
  soughtTo: string | undefined;
}

/** What is drawn of these workflows; where more is asked of runs, of all that have such. */
export function historyWindowQuery(
  seen: Seen,
  width: number,
  workflows: readonly (string | null)[],
  which: Which | undefined,
) {
  const asked = {
    ...between(seen),
    buckets: Math.max(1, Math.min(MOST_BUCKETS, Math.floor(width / NARROW))),
    ...(which && { runs: which }),
  };
  const parts = which ? [[]] : partsOf(workflows);
  return queryOptions({
    queryKey: ['run window', asked, parts],
    queryFn: async (): Promise<Drawn> => {
      const told = parts.map((workflows) => call('run_window', { ...asked, workflows }));
      const answers = await Promise.all(told);
      const rows = answers.flatMap((answer) => answer.rows);
      return {
        since: Date.parse(asked.since),
        rows: new Map(rows.map((row) => [row.workflow_id, row])),
        soughtTo: answers[0]?.sought_to,
      };
    },
    placeholderData: keepPreviousData,
    meta: { tags: TAGS, atMostEvery: EVERY },
  });
}

/** As many workflows as one question may name. */
function partsOf(workflows: readonly (string | null)[]): (string | null)[][] {
  const parts = [];
  for (let at = 0; at < workflows.length; at += NAMED) parts.push(workflows.slice(at, at + NAMED));
  return parts;
}

/** When the oldest or the newest of these runs was made; `null` where there is none. */
export function endRunQuery(oldest: boolean, which: RunQuestion = {}) {
  return queryOptions({
    queryKey: ['end run', oldest, which],
    queryFn: async () => {
      const { items } = await call('run_list', { ...which, oldest_first: oldest, limit: 1 });
      const [run] = items;
      return run ? Date.parse(run.start_time) : null;
    },
    meta: { tags: ['run'], atMostEvery: 5_000 },
  });
}

export interface OfStretch {
  /** The newest of them first. */
  runs: RunRow[];
  /** Those of the statuses that any of them has. */
  statuses: Status[];
}

/** A workflow's runs of these statuses that were made in a stretch. */
export function stretchQuery(
  workflow: string,
  stretch: Seen,
  which: Which,
  statuses: readonly Status[],
) {
  const asked = { ...which, workflow, ...between(stretch) };
  return queryOptions({
    queryKey: ['runs of a stretch', asked, statuses],
    queryFn: async (): Promise<OfStretch> => {
      const lists = await Promise.all(
        statuses.map((status) => call('run_list', { ...asked, status, limit: LISTED })),
      );
      const runs = lists.flatMap(({ items }) => items);
      runs.sort((a, b) => Date.parse(b.start_time) - Date.parse(a.start_time));
      return {
        runs: runs.slice(0, LISTED),
        statuses: statuses.filter((_, n) => lists[n]?.items.length),
      };
    },
    meta: { tags: ['run', 'run:'], atMostEvery: EVERY },
  });
}

/** The runs of days that begin at these moments; the last of them is when the last day ends. */
export function daysQuery(midnights: readonly Date[], workflow: string | undefined) {
  const asked = {
    midnights: midnights.map((midnight) => midnight.toISOString()),
    ...(workflow !== undefined && { workflow }),
  };
  return queryOptions({
    queryKey: ['run days', asked],
    queryFn: async (): Promise<RunDay[]> => (await call('run_days', asked)).days,
    meta: { tags: ['run'], atMostEvery: EVERY },
  });
}
