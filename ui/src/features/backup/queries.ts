import { queryOptions } from '@tanstack/react-query';
import { type ChosenPlace, call } from '@/ipc';

export function backupsQuery() {
  return queryOptions({
    queryKey: ['backups'],
    queryFn: () => call('db_backups', {}),
    meta: { tags: ['backup', 'settings'] },
  });
}

/** What a backup into this folder (the chosen one unless told) would write, and whether it fits. */
export function backupPlanQuery(into: ChosenPlace | undefined, enabled: boolean) {
  return queryOptions({
    queryKey: ['backup plan', into],
    queryFn: () => call('db_backup_plan', { into, remember: false }),
    staleTime: 0,
    gcTime: 0,
    enabled,
  });
}
