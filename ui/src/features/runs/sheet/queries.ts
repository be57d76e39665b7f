import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, type RunPreview } from '@/ipc';
import { type Context, contextOfRun } from './context';
import { printExact } from './exact';

/** What a start would do with this input. */
export function previewQuery(workflow: string, context: Context, folder?: string) {
  return queryOptions({
    queryKey: ['run preview', workflow, context, folder],
    queryFn: () => call('run_preview', { workflow, context: printExact(context), folder }),
    placeholderData: keepPreviousData,
    meta: {
      tags: [
        `workflow:${workflow}`,
        'workflow',
        'run',
        'connection',
        'secret',
        'settings',
        'folder',
      ],
    },
    // Trust that was given meanwhile is told by no change.
    gcTime: 0,
  });
}

/**
 * The same after its data sources were asked and its secrets looked at. Takes seconds where one of them
 * does not answer, so nothing waits for it.
 */
export function askedQuery(workflow: string, context: Context, { tasks, sources }: RunPreview) {
  const names = sources.map((source) => source.name);
  const secrets = [...new Set(tasks.flatMap((task) => task.secrets ?? []))].sort();
  return queryOptions({
    // What is typed asks nobody anew, unless it leads to another data source.
    queryKey: ['run preview asked', workflow, names, secrets],
    queryFn: () => call('run_preview', { workflow, context: printExact(context), ask: true }),
    enabled: names.length > 0 || secrets.length > 0,
    // Not of connections: what it hears itself is told by that tag.
    meta: { tags: ['secret'] },
    gcTime: 0,
  });
}

/** With which configuration a run would work that begins now. Files come and go without a word. */
export function configurationQuery(workflow: string) {
  return queryOptions({
    queryKey: ['run configuration', workflow],
    queryFn: () => call('run_configuration', { workflow }),
    meta: { tags: [`workflow:${workflow}`, 'session', 'settings'], atMostEvery: 3_000 },
    staleTime: 0,
    gcTime: 0,
  });
}

/** What the last run of a workflow was started with; nothing where there was none. */
export function lastContextQuery(workflow: string) {
  return queryOptions({
    queryKey: ['last context', workflow],
    queryFn: async (): Promise<Context> => {
      const { items } = await call('run_list', { workflow, limit: 1 });
      const [last] = items;
      return last ? contextOfRun(await call('run_show', { id: last.id })) : {};
    },
    // What one types is not typed over by a run that begins meanwhile.
    gcTime: 0,
  });
}
