/** What the page of two runs asks for. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

export function comparedQuery(id: string, other: string | undefined, all: boolean) {
  return queryOptions({
    queryKey: ['run compare', id, other, all],
    queryFn: () => call('run_compare', { id, with: other, all }),
    placeholderData: keepPreviousData,
    retry: false,
    // What has ended stays as it is; a run that goes on is told anew, and not with its every step.
    meta: { tags: [`run:${id}`, ...(other ? [`run:${other}`] : [])], atMostEvery: 2_000 },
  });
}
