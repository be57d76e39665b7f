import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dialog, ErrorNotice, Spring, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { FolderRow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { UsingWorkflows } from '../connections/UsedBy';
import { foldersQuery, folderUsesQuery } from './queries';

interface Props {
  folder: Pick<FolderRow, 'id' | 'name'>;
  onClose: () => void;
}

/**
 * Before a folder leaves the list, which takes nothing away: what stays of it, and which workflows do not start
 * without it, or run elsewhere. That is known before it can be done.
 */
export function ForgetFolder({ folder, onClose }: Props) {
  const { id } = folder;
  const navigate = useNavigate();
  const uses = useQuery(folderUsesQuery(id));
  const all = useQuery(foldersQuery());
  const forget = useCommand('folder_forget', ['folder', 'operation']);
  const name = visible(folder.name);
  const namesakes = (all.data ?? []).filter(
    (other) => other.id !== id && other.name === folder.name,
  );
  const hasNamesake = namesakes.length > 0;
  const isKnown = uses.data !== undefined && !all.isPending;
  const go = () =>
    forget.mutate(
      { id },
      {
        onSuccess: () => {
          toast({ text: m.task_folder_forgotten({ name }) });
          void navigate({ to: '/task-folders' });
        },
        onError: tellFailure,
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.task_folder_forget_title({ name })}
      data-testid="dialog-forget-folder"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={go}
            isDisabled={!isKnown || forget.isPending}
            data-testid="folder-forget-go"
          >
            {m.task_folder_forget_go()}
          </Button>
        </>
      }
    >
      <p>{m.task_folder_forget_words()}</p>
      <p>{m.task_folder_forget_settings()}</p>
      {uses.error && <ErrorNotice error={uses.error} onRetry={() => void uses.refetch()} />}
      {hasNamesake && (
        <p>
          {m.task_folder_forget_namesake({
            paths: namesakes.map(({ path }) => visible(path)).join(m.list_separator()),
          })}
        </p>
      )}
      {isKnown && uses.data.workflows.length > 0 && (
        <p>
          {hasNamesake ? m.task_folder_forget_named() : m.task_folder_forget_used()}{' '}
          <UsingWorkflows uses={uses.data} />
        </p>
      )}
    </Dialog>
  );
}
