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
      toast(
        result.damaged.length > 0
          ? { tone: 'warn', text: counted('backup_done_damaged', result.damaged.length) }
          : { text: counted('backup_done', result.count) },
      );
    } catch (thrown) {
      if (CallError.from(thrown).code === 'cancelled')
        toast({ tone: 'warn', text: m.backup_cancelled() });
    } finally {
      invalidate(client, ['backup', 'operation', 'settings']);
    }
  };
}
