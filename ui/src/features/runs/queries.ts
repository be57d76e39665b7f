/** What the pages of runs ask for. */

import type { InfiniteData } from '@tanstack/react-query';
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, type RunListInput, type RunMessage, type RunShow } from '@/ipc';
import { type KeptPage, runsPage } from './pages';
import { type Told, takeIn } from './timeline/told';

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

/** The newest runs in which these words are; `next` where older ones were not looked at, also beside none. */
export function foundRunsQuery(words: string) {
  return queryOptions({
    queryKey: ['found runs', words],
    queryFn: () => call('run_list', { text: words, limit: 5 }),
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

function isAnyStillThere({ tasks }: Told): boolean {
  return tasks.some(({ question }) => question?.kind === 'interrupted' && question.running);
}

/** A run without its tasks, of which it may have thousands. */
export type RunHead = Omit<RunShow, 'tasks' | 'messages' | 'context_names'>;

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id],
    queryFn: (): Promise<RunHead> =>
      call('run_show', { id, brief: true, tasks: false, names: false }),
    meta: { tags: [`run:${id}`, 'run'] },
  });
}

/** What its definition expects to be started with. */
export function runNamesQuery(id: string) {
  return queryOptions({
    queryKey: ['run names', id],
    queryFn: async () => (await call('run_show', { id, brief: true, tasks: false })).context_names,
    meta: { tags: [] },
  });
}

/** Its tasks. Asked for again, it brings those alone that have changed. */
export function runTasksQuery(id: string) {
  const queryKey = ['run tasks', id];
  return queryOptions({
    queryKey,
    queryFn: async ({ client }) => {
      const before = client.getQueryData<Told>(queryKey);
      return takeIn(before, await call('run_timeline', { id, since: before?.seen }));
    },
    // That a program has ended which outlived its step is told by nobody.
    refetchInterval: ({ state: { data } }) => (data && isAnyStillThere(data) ? STILL_EVERY : false),
    structuralSharing: false,
    meta: { tags: [`run:${id}`, 'run'] },
  });
}

/** A run as its page shows it: its tasks with their times, whose texts come when one is opened. */
export type ShownRun = RunHead & Pick<Told, 'tasks'>;

export function useRun(id: string, enabled = true) {
  const head = useQuery({ ...runQuery(id), enabled });
  const told = useQuery({ ...runTasksQuery(id), enabled });
  const tasks = told.data?.tasks;
  const run = useMemo<ShownRun | undefined>(
    () => head.data && tasks && { ...head.data, tasks },
    [head.data, tasks],
  );
  const refetch = () => void Promise.all([head.refetch(), told.refetch()]);
  return { run, error: head.error ?? told.error, refetch };
}

/** All of one task: its attempts with what went wrong, and what it is given. */
export function runTaskQuery(id: string, task: string) {
  return queryOptions({
    queryKey: ['run task', id, task],
    queryFn: () => call('run_task_show', { id, task }),
    meta: { tags: [`run:${id}`, 'run'] },
  });
}

/** What a task of a run is called; that never changes. */
export function taskNameQuery(id: string, task: string) {
  return queryOptions({
    queryKey: ['run task name', id, task],
    queryFn: async () => (await call('run_task_show', { id, task })).task.name,
  });
}

/** The last lines about one task, and whether there are more. */
export function runTaskLinesQuery(id: string, task: string, limit: number) {
  return queryOptions({
    queryKey: ['run task lines', id, task, limit],
    queryFn: async () => {
      const { items, first } = await call('run_log', { id, task, before: 0, limit });
      return { lines: items, areMore: first !== undefined };
    },
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
  /** Where the lines before these end; absent where there are none, or as many are kept as may be. */
  first: number | undefined;
  /** Whether there are older lines than may be kept here. */
  isCut: boolean;
}

const runLinesKey = (id: string) => ['run lines', id];

/** The end of a run's log. Asked for again, it brings only what is new. */
export function runLinesQuery(id: string) {
  const queryKey = runLinesKey(id);
  return queryOptions({
    queryKey,
    queryFn: async ({ client }): Promise<RunLines> => {
      const before = client.getQueryData<RunLines>(queryKey);
      if (!before) {
        const { items, next, first } = await call('run_log', { id, before: 0, limit: LINES });
        return { lines: items, last: next ?? 0, first, isCut: false };
      }
      let { last } = before;
      const fresh: RunMessage[] = [];
      for (;;) {
        const page = await call('run_log', { id, after: last, limit: LINES });
        last = page.next ?? last;
        fresh.push(...page.items);
        if (page.items.length < LINES) break;
      }
      // Those before them may have come meanwhile.
      const { lines: known, first, isCut } = client.getQueryData<RunLines>(queryKey) ?? before;
      const over = Math.max(0, known.length + fresh.length - KEPT);
      const lines = fresh.length > 0 ? [...known, ...fresh].slice(over) : known;
      if (over > 0) return { lines, last, first: undefined, isCut: true };
      return { lines, last, first, isCut };
    },
    structuralSharing: false,
    meta: { tags: [`run:${id}`, 'run'] },
  });
}

/** Brings the lines before those that are there; how many came. */
export async function earlierLines(client: QueryClient, id: string): Promise<number> {
  const queryKey = runLinesKey(id);
  const from = client.getQueryData<RunLines>(queryKey)?.first;
  if (from === undefined) return 0;
  const { items, first } = await call('run_log', { id, before: from, limit: LINES });
  const known = client.getQueryData<RunLines>(queryKey);
  // Somebody else was sooner.
  if (known?.first !== from) return 0;
  const lines = [...items, ...known.lines];
  const isRoom = lines.length + LINES <= KEPT;
  client.setQueryData<RunLines>(queryKey, {
    ...known,
    lines,
    first: isRoom ? first : undefined,
    isCut: known.isCut || (!isRoom && first !== undefined),
  });
  return items.length;
}
