import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** The definition a run was started with, and how its workflow is today. */
export function runDefinitionQuery(id: string) {
  return queryOptions({
    queryKey: ['run definition', id],
    queryFn: () => call('run_definition', { id }),
    meta: { tags: ['workflow', 'workflow:'] },
  });
}

/** The runs that one belongs with. */
export function runRelatedQuery(id: string) {
  return queryOptions({
    queryKey: ['run related', id],
    queryFn: () => call('run_related', { id }),
    meta: { tags: [`run:${id}`, 'run'] },
  });
}
