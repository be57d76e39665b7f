import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dialog, Spring, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { FolderRow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { UsingWorkflows } from '../connections/UsedBy';
import { folderUsesQuery } from './queries';

interface Props {
  folder: Pick<FolderRow, 'id' | 'name'>;
  onClose: () => void;
}

/** Before a folder leaves the list, which takes nothing away: what stays of it, and which workflows do not start without it. */
export function ForgetFolder({ folder, onClose }: Props) {
  const { id } = folder;
  const navigate = useNavigate();
  const uses = useQuery(folderUsesQuery(id));
  const forget = useCommand('folder_forget', ['folder', 'operation']);
  const name = visible(folder.name);
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
            isDisabled={forget.isPending}
            data-testid="folder-forget-go"
          >
            {m.task_folder_forget_go()}
          </Button>
        </>
      }
    >
      <p>{m.task_folder_forget_words()}</p>
      {uses.data && uses.data.workflows.length > 0 && (
        <p>
          {m.task_folder_forget_used()} <UsingWorkflows uses={uses.data} />
        </p>
      )}
    </Dialog>
  );
}
