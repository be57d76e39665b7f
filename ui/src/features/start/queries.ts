import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '@/ipc';
import { tellFailure } from '../command';
import { tellsSomething } from './needs';

/** How often the sheet is asked for again while runs go on, in milliseconds. */
const LOOK_EVERY = 3_000;

/** How often it is looked whether a program is still there that outlived its step. */
const STILL_EVERY = 5_000;

/** How often, and how many times, it is asked for while the window is young. */
const FIRST_LOOK_EVERY = 1_000;
const FIRST_LOOKS = 8;

/**
 * What became of what was going on when the app stopped without ending; nothing where it ended in order, or
 * where nothing went on.
 */
export function startQuery() {
  return queryOptions({
    queryKey: ['start'],
    queryFn: async () => {
      const { sheet } = await call('start_show', {});
      return sheet && tellsSomething(sheet) ? sheet : null;
    },
    // It is not known before the engine has taken all runs up, and where it finds none to change nobody tells so.
    refetchInterval: ({ state: { data, dataUpdateCount } }) => {
      if (data === null && dataUpdateCount < FIRST_LOOKS) return FIRST_LOOK_EVERY;
      // That a program has ended is told by nobody.
      const runs = data?.runs.some(({ questions }) => questions.some(({ running }) => running));
      return runs ? STILL_EVERY : false;
    },
    meta: { tags: ['run', 'run:', 'session', 'start'], atMostEvery: LOOK_EVERY },
  });
}

/** Somebody has read it: it is told no more. */
export function useSeen() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('start_seen', {}),
    onSuccess: () => client.setQueryData(startQuery().queryKey, null),
    onError: tellFailure,
  });
}
