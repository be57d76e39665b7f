import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** The runs of a workflow between these moments. */
export function trendQuery(workflow: string, moments: readonly Date[]) {
  const asked = { workflow, moments: moments.map((moment) => moment.toISOString()) };
  return queryOptions({
    queryKey: ['run trend', asked],
    queryFn: () => call('run_trend', asked),
    placeholderData: keepPreviousData,
    meta: { tags: ['run', `workflow:${workflow}`], atMostEvery: 5_000 },
  });
}
