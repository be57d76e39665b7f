/** What the pages ask of routing rules. */
import { queryOptions } from '@tanstack/react-query';
import { call, type RouteExplainInput } from '@/ipc';

/** How often a choice is explained anew while runs change how busy sources are, in milliseconds. */
const LOOK_EVERY = 5_000;

export function routesQuery() {
  return queryOptions({
    queryKey: ['routes'],
    queryFn: () => call('route_list', {}),
    meta: { tags: ['settings', 'connection'] },
  });
}

/** Which source a task would get. */
export function explanationQuery(asked: RouteExplainInput) {
  return queryOptions({
    queryKey: ['route explanation', asked],
    queryFn: () => call('route_explain', asked),
    gcTime: 0,
    meta: { tags: ['settings', 'connection', 'workflow', 'run'], atMostEvery: LOOK_EVERY },
  });
}

/** The tasks of a workflow as it is kept, in the order of its document. */
export function tasksQuery(workflow: string) {
  return queryOptions({
    queryKey: ['tasks', workflow],
    queryFn: async () => (await call('run_preview', { workflow })).tasks,
    meta: { tags: ['workflow'] },
  });
}
