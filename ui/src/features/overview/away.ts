import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** What ended while nobody looked. What it says is of the time before somebody came: it is not asked again by itself. */
export function awayQuery() {
  return queryOptions({
    queryKey: ['away'],
    queryFn: () => call('away_show', {}),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
}
