/** What the page of sessions asks for. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, type Input, type SessionList } from '@/ipc';
import type { Which } from './which';

/** Rows of one page. */
const PAGE = 50;

/** Each step of a run may change how its session stands; it is asked for again at most so often. */
const TOUCHED = { tags: ['session', 'run', 'run:'], atMostEvery: 3_000 };

/** Sessions, those first that changed last. What else has ended without a configuration is found among the runs. */
export function sessionsQuery(which: Which) {
  const wanted = { which: which === 'all' ? ('together' as const) : which };
  return infiniteQueryOptions({
    queryKey: ['sessions', which],
    queryFn: ({ pageParam: after }) => call('session_list', { ...wanted, after, limit: PAGE }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    meta: TOUCHED,
  });
}

/** How many sessions can be taken up again, and how many there are of all that are listed. */
export function sessionCountsQuery() {
  return queryOptions({
    queryKey: ['session counts'],
    queryFn: async () => {
      const list = await call('session_list', { which: 'recoverable', limit: 1 });
      return { recoverable: list.recoverable, all: togetherOf(list) };
    },
    meta: TOUCHED,
  });
}

/** How many sessions the lists have together. */
export function togetherOf({
  recoverable,
  active,
  completed,
}: Pick<SessionList, 'recoverable' | 'active' | 'completed'>): number {
  return recoverable + active + completed;
}

/** One session with all that is kept of its configuration. Its own copy changes without a word. */
export function sessionQuery(id: string) {
  return queryOptions({
    queryKey: ['session', id],
    queryFn: () => call('session_show', { id }),
    staleTime: 0,
    meta: TOUCHED,
  });
}

/** What would be left of a session that is forgotten. Files change without a word, so that it is asked for anew. */
export function forgetQuery(id: string) {
  return queryOptions({
    queryKey: ['session forget', id],
    queryFn: () => call('session_forget_preview', { id }),
    staleTime: 0,
    gcTime: 0,
    meta: { tags: [] },
  });
}

/** Of a run that is its own session: what it refers to although nothing of that is kept. */
export function unkeptQuery(run: string) {
  return queryOptions({
    queryKey: ['session unkept', run],
    queryFn: async () => (await call('session_show', { id: run })).unkept ?? null,
    meta: { tags: ['session'], atMostEvery: 3_000 },
  });
}

/** A file as it was and as it is. Files change without a word, so that it is asked for anew. */
export function compareFileQuery(input: Input<'session_compare_file'>) {
  return queryOptions({
    queryKey: ['session file', input],
    queryFn: () => call('session_compare_file', input),
    staleTime: 0,
    gcTime: 0,
  });
}

/** A definition of a session beside what it worked with. */
export function compareDefinitionQuery(input: Input<'session_compare_definition'>) {
  return queryOptions({
    queryKey: ['session definition', input],
    queryFn: () => call('session_compare_definition', input),
    staleTime: 0,
    gcTime: 0,
  });
}

/** The files of a session beside what they were in a snapshot. Files change without a word. */
export function compareQuery(input: Input<'session_compare'>) {
  return queryOptions({
    queryKey: ['session compare', input],
    queryFn: ({ signal }) => call('session_compare', input, { signal }),
    staleTime: 0,
    gcTime: 0,
  });
}

/** What all snapshots take together. */
export function statsQuery() {
  return queryOptions({
    queryKey: ['session stats'],
    queryFn: () => call('session_stats', {}),
    meta: { tags: ['session'], atMostEvery: 3_000 },
  });
}

/** Which snapshots would go that are older than so many days. */
export function cleanUpQuery(days: number) {
  return queryOptions({
    queryKey: ['session clean-up', days],
    queryFn: () => call('session_clean_up', { older_than: `${days}d`, dry_run: true }),
    meta: { tags: ['session'] },
    staleTime: 0,
    gcTime: 0,
  });
}

/** Whether anything is kept encrypted, and whether its key is at hand. */
export function snapshotKeyQuery() {
  return queryOptions({
    queryKey: ['snapshot key'],
    queryFn: () => call('session_key_show', {}),
    meta: { tags: ['settings', 'secret', 'session'], atMostEvery: 3_000 },
  });
}

/** Where configurations are. Whether a folder is there is asked of its disk. */
export function rootsQuery() {
  return queryOptions({
    queryKey: ['config roots'],
    queryFn: () => call('session_roots_list', {}),
    staleTime: 0,
    meta: { tags: ['session'], atMostEvery: 3_000 },
  });
}

/** What each strategy takes, and which one is meant when nobody says. */
export function strategiesQuery() {
  return queryOptions({
    queryKey: ['strategies'],
    queryFn: () => call('session_strategies_list', {}),
    meta: { tags: ['settings'] },
  });
}
