import { useQuery } from '@tanstack/react-query';
import { Button, Dialog, Spring } from '@/components';
import { m } from '@/i18n';
import { useCommand } from '../command';
import { useOffered } from '../import/store';
import { overviewQuery } from '../overview/queries';
import { useChooseFolder } from './useFolder';

/** Once, after the first real change: where backups shall go. */
export function FolderQuestion() {
  const overview = useQuery(overviewQuery());
  const later = useCommand('settings_update', ['settings']);
  const choose = useChooseFolder();
  // What an import came to is read first.
  const isImporting = useOffered() !== null;
  // Once put off it stays away, also until the overview has heard of that.
  const isPutOff = later.isPending || later.isSuccess;
  if (!overview.data?.ask_for_folder || isPutOff || isImporting) return null;
  const putOff = () => later.mutate({ backup_folder_asked: true });
  return (
    <Dialog
      isOpen
      onClose={putOff}
      size="narrow"
      title={m.ask_folder_title()}
      data-testid="dialog-folder"
      foot={
        <>
          <Spring />
          <Button onPress={putOff} data-testid="folder-later">
            {m.ask_folder_later()}
          </Button>
          <Button
            look="primary"
            icon="folder"
            onPress={() => void choose()}
            data-testid="choose-backup-folder"
          >
            {m.choose_folder()}
          </Button>
        </>
      }
    >
      <p>{m.ask_folder_words()}</p>
    </Dialog>
  );
}
