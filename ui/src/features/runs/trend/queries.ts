import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** Milliseconds between two readings of two years, whatever runs meanwhile. */
const EVERY = 60_000;

/** The runs of a workflow between these moments, which stand beside the answer: it may be the one of the span before. */
export function trendQuery(workflow: string, moments: readonly Date[]) {
  const asked = { workflow, moments: moments.map((moment) => moment.toISOString()) };
  return queryOptions({
    queryKey: ['run trend', asked],
    queryFn: async () => ({ from: moments, trend: await call('run_trend', asked) }),
    placeholderData: keepPreviousData,
    meta: { tags: ['run', `workflow:${workflow}`], atMostEvery: EVERY },
  });
}
