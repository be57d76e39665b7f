import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type ActivityInput, call } from '@/ipc';

const PAGE = 60;

/** Operations newest first, page after page by key. */
export function activityQuery(question: Omit<ActivityInput, 'after' | 'limit' | 'count'>) {
  return infiniteQueryOptions({
    queryKey: ['activity', question],
    queryFn: ({ pageParam }) =>
      call('activity_list', {
        ...question,
        after: pageParam ?? undefined,
        limit: PAGE,
        count: pageParam === null,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    meta: { tags: ['operation', 'started'] },
  });
}

/** One operation and the first of what it touched. */
export function operationQuery(id: string | undefined) {
  return queryOptions({
    queryKey: ['operation', id],
    enabled: id !== undefined,
    queryFn: () => call('activity_show', { id: id ?? '', limit: 200 }),
    meta: { tags: ['operation'] },
  });
}
