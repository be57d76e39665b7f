/** What the pages of runs ask for. */

import type { InfiniteData } from '@tanstack/react-query';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, type RunListInput, type RunMessage, type RunShow } from '@/ipc';
import { type KeptPage, runsPage } from './pages';

/** How often all that fits is counted while runs change, in milliseconds. */
const COUNT_EVERY = 5_000;
/** Lines of a log that one call gives. */
const LINES = 500;
/** Lines of a log that the window keeps: the newest. */
const KEPT = 20_000;

/** So many are counted at least; of more, only where it costs nothing. */
const COUNT_TO = 10_000;

export type RunQuestion = Omit<RunListInput, 'after' | 'limit' | 'count' | 'count_to'>;

/** Runs, the newest first, page after page by key. */
export function runsQuery(question: RunQuestion) {
  return infiniteQueryOptions({
    queryKey: ['runs', question],
    queryFn: ({ client, queryKey, pageParam }) => {
      const before = client.getQueryData<InfiniteData<KeptPage, string | null>>(queryKey);
      return runsPage(question, pageParam, before);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    meta: { tags: ['run'] },
  });
}

/** How many there are. Counted beside the list, which does not wait for it. */
export function runCountQuery(question: RunQuestion) {
  return queryOptions({
    queryKey: ['run count', question],
    queryFn: async () => {
      const { total, more } = await call('run_list', { ...question, limit: 1, count_to: COUNT_TO });
      return { total: total ?? 0, more: more ?? false };
    },
    placeholderData: keepPreviousData,
    meta: { tags: ['run'], atMostEvery: COUNT_EVERY },
  });
}

/** The latest runs of one workflow. */
export function lastRunsQuery(workflow: string, limit: number) {
  return queryOptions({
    queryKey: ['last runs', workflow, limit],
    queryFn: async () => (await call('run_list', { workflow, limit })).items,
    meta: { tags: ['run'] },
  });
}

/** How often it is looked whether a program is still there that outlived its step. */
const STILL_EVERY = 5_000;

function isAnyStillThere({ tasks }: RunShow): boolean {
  return tasks.some(({ question }) => question?.kind === 'interrupted' && question.running);
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id],
    queryFn: () => call('run_show', { id, brief: true }),
    // That a program has ended which outlived its step is told by nobody.
    refetchInterval: ({ state: { data } }) => (data && isAnyStillThere(data) ? STILL_EVERY : false),
    meta: { tags: [`run:${id}`, 'run'] },
  });
}

/** What needs a person, and what goes on now. Each step of each run makes it stale. */
export function runOverviewQuery() {
  return queryOptions({
    queryKey: ['run overview'],
    queryFn: () => call('run_overview', {}),
    meta: { tags: ['run', 'run:', 'backup', 'connection', 'secret'] },
  });
}

/** How often it is asked whether the engine can go on, in milliseconds. */
const LOOK_EVERY = 5_000;

/**
 * How the engine is. Asked for by time, unlike all else: what cannot be written into the database
 * is told by no change.
 */
export function engineQuery() {
  return queryOptions({
    queryKey: ['engine'],
    queryFn: () => call('engine_show', {}),
    refetchInterval: LOOK_EVERY,
  });
}

export interface RunLines {
  lines: RunMessage[];
  /** The number of the last line. */
  last: number;
  /** Older lines that are no longer kept here. */
  dropped: number;
}

/** The log of a run. Asked for again, it brings only what is new. */
export function runLinesQuery(id: string) {
  const queryKey = ['run lines', id];
  return queryOptions({
    queryKey,
    queryFn: async ({ client }): Promise<RunLines> => {
      const before = client.getQueryData<RunLines>(queryKey);
      let { last, dropped } = before ?? { last: 0, dropped: 0 };
      let lines = before?.lines ?? [];
      for (;;) {
        const page = await call('run_log', { id, after: last, limit: LINES });
        last = page.next ?? last;
        const over = Math.max(0, lines.length + page.items.length - KEPT);
        if (page.items.length > 0) lines = [...lines.slice(over), ...page.items];
        dropped += over;
        if (page.items.length < LINES) return { lines, last, dropped };
      }
    },
    structuralSharing: false,
    meta: { tags: [`run:${id}`, 'run'] },
  });
}
