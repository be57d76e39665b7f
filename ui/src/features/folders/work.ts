/** Archiving, which goes on while other pages are looked at. */
import { useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { begun, m, say, visible } from '@/i18n';
import { CallError, type FolderFailure } from '@/ipc';
import { LongWork } from '../longWork';

const works = new Map<string, LongWork<'folder_archive'>>();

/** The archive that is being made of one folder, or was, until what came of it was seen. */
export function archiveWork(folder: string): LongWork<'folder_archive'> {
  const known = works.get(folder) ?? new LongWork('folder_archive');
  works.set(folder, known);
  return known;
}

/** Archives a folder; its page shows how far that is and what came of it. */
export function useArchive(folder: string) {
  const client = useQueryClient();
  return async (continue_anyway: boolean) => {
    try {
      await archiveWork(folder).start({ id: folder, continue_anyway });
    } catch (thrown) {
      if (CallError.from(thrown).code === 'cancelled')
        toast({ tone: 'warn', text: m.task_folder_archive_cancelled() });
    } finally {
      invalidate(client, ['folder', 'operation']);
    }
  };
}

/** The files that kept an archive from being made, each with why. */
export function failuresOf(error: CallError | null): { name: string; reason: string }[] {
  if (error?.code !== 'archive_failed') return [];
  const failed: FolderFailure[] = JSON.parse(error.fields.failed || '[]');
  return failed.map(({ file, reason }) => ({
    name: visible(file),
    reason: begun(visible(say(reason))),
  }));
}
