import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { invalidate } from '@/app/queries';
import { m, visible } from '@/i18n';
import { type CallError, call, type RunView } from '@/ipc';
import { useCommand } from '../../command';
import { settingsQuery } from '../../settings/queries';
import { type ColumnKey, columnsOf, kept } from './views';

/** Changes of the views are made one after another, each to what is kept by then: somebody may have kept others since. */
function useChangeViews() {
  const client = useQueryClient();
  return useMutation<unknown, CallError, (views: readonly RunView[]) => RunView[]>({
    mutationFn: async (change) => {
      const { run_views } = await call('settings_show', {});
      return call('settings_update', { run_views: change(run_views) });
    },
    scope: { id: 'run views' },
    onSuccess: () => invalidate(client, ['settings', 'operation']),
  });
}

/** The views of the runs and the columns of their list, which are settings. */
export function useViews() {
  const settings = useQuery(settingsQuery()).data;
  const update = useCommand('settings_update', ['settings', 'operation'], 'run views');
  const chosen = settings?.run_columns;
  const columns = useMemo(() => columnsOf(chosen), [chosen]);
  return {
    /** Absent until they are known: what is not known is not written over. */
    views: settings?.run_views,
    columns,
    change: useChangeViews(),
    setColumns: (columns: readonly ColumnKey[]) => update.mutate({ run_columns: [...columns] }),
  };
}

/** What the view is called that is open, and whether it is as it was kept. */
export function useOpenView(search: object & { saved?: string }): string | undefined {
  const open = useViews().views?.find(({ name }) => name === search.saved);
  if (!open) return undefined;
  const name = visible(open.name);
  return open.search === kept(search) ? m.view_open({ name }) : m.view_changed({ name });
}
