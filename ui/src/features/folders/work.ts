/** Archiving and putting back, which go on while other pages are looked at. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { begun, counted, m, say, sentences, visible } from '@/i18n';
import { CallError, type FolderFailure, type Input } from '@/ipc';
import { LongWork, useWork } from '../longWork';

const works = new Map<string, LongWork<'folder_archive'>>();

/** The archive that is being made of one folder, or was, until what came of it was seen. */
export function archiveWork(folder: string): LongWork<'folder_archive'> {
  const known = works.get(folder) ?? new LongWork('folder_archive');
  works.set(folder, known);
  return known;
}

const returns = new Map<string, LongWork<'folder_put_back'>>();

/** What is being put back into one folder, or was, until what came of it was seen. */
export function putBackWork(folder: string): LongWork<'folder_put_back'> {
  const known = returns.get(folder) ?? new LongWork('folder_put_back');
  returns.set(folder, known);
  return known;
}

/**
 * Puts files back and answers why it could not; the folder's page shows how far that is, and what could not
 * be done.
 */
export function usePutBack(folder: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const look = (archive: string) =>
    void navigate({
      to: '/task-folders/$id',
      params: { id: folder },
      search: { tab: 'archives', archive },
    });
  return async (input: Input<'folder_put_back'>): Promise<CallError | null> => {
    try {
      const { restored, failed, archived_first, cancelled_late } =
        await putBackWork(folder).start(input);
      if (failed.length > 0) return null;
      const late = cancelled_late ? [m.put_back_cancelled_late()] : [];
      const done = sentences(counted('put_back_done', restored.length), ...late);
      toast(
        archived_first === null
          ? { text: done }
          : {
              text: sentences(done, m.put_back_first({ archive: archived_first })),
              action: {
                label: m.task_folder_archive_look(),
                run: () => look(archived_first),
                testid: 'put-back-look',
              },
            },
      );
      return null;
    } catch (thrown) {
      const error = CallError.from(thrown);
      if (error.code === 'cancelled') tellCancel(error, m.put_back_cancelled());
      return error;
    } finally {
      invalidate(client, ['folder', 'operation']);
    }
  };
}

/** What a cancel came to: all is as it was, or a disk does not answer and nobody knows yet. */
function tellCancel(error: CallError, untouched: string) {
  const isOpen = error.hints.includes('putting_back_goes_on');
  toast({ tone: 'warn', text: isOpen ? m.hint_putting_back_goes_on() : untouched });
}

/** Whether something is done in a folder that keeps everything else from being done there. */
export function useIsBusy(folder: string): boolean {
  const states = [useWork(archiveWork(folder)).status, useWork(putBackWork(folder)).status];
  return states.some((status) => status === 'running' || status === 'cancelling');
}

/** Archives a folder; its page shows how far that is and what came of it. */
export function useArchive(folder: string) {
  const client = useQueryClient();
  return async (continue_anyway: boolean) => {
    try {
      await archiveWork(folder).start({ id: folder, continue_anyway });
    } catch (thrown) {
      const error = CallError.from(thrown);
      if (error.code === 'cancelled') tellCancel(error, m.task_folder_archive_cancelled());
    } finally {
      invalidate(client, ['folder', 'operation']);
    }
  };
}

/** What is told where not all could be archived and everything went back, as far as it could. */
const NOT_ARCHIVED = new Set(['archive_failed', 'archive_failed_in_part']);

/** The files that kept an archive from being made, each with why. */
export function failuresOf(error: CallError | null): { name: string; reason: string }[] {
  if (!error || !NOT_ARCHIVED.has(error.code)) return [];
  const failed: FolderFailure[] = JSON.parse(error.fields.failed || '[]');
  return failed.map(({ file, reason }) => ({
    name: visible(file),
    reason: begun(visible(say(reason))),
  }));
}
