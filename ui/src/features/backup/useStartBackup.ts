import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { counted, m } from '@/i18n';
import { type BackupInput, CallError } from '@/ipc';
import { backupWork } from './work';

/** Make a backup; the page of backups shows how far it is. */
export function useStartBackup() {
  const client = useQueryClient();
  return async (input: BackupInput) => {
    try {
      const result = await backupWork.start(input);
      const { count, damaged } = result;
      if (damaged.length > 0)
        toast({ tone: 'warn', text: counted('backup_done_damaged', damaged.length) });
      else toast({ text: count > 0 ? counted('backup_done', count) : m.backup_done_none() });
    } catch (thrown) {
      if (CallError.from(thrown).code === 'cancelled')
        toast({ tone: 'warn', text: m.backup_cancelled() });
    } finally {
      invalidate(client, ['backup', 'operation', 'settings']);
    }
  };
}
