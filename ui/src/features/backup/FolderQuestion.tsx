import { Button, Card, Lead } from '@/components';
import { m } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import { useChooseFolder } from './useFolder';

/** Once, after the first real change: where backups shall go. It stands on the Overview and waits. */
export function FolderQuestion() {
  const later = useCommand('settings_update', ['settings']);
  const choose = useChooseFolder();
  return (
    <Card data-testid="folder-question">
      <Lead icon="folder" tone="run" sentence={m.ask_folder_title()} detail={m.ask_folder_words()}>
        <Button
          look="quiet"
          isDisabled={later.isPending}
          onPress={() => later.mutate({ backup_folder_asked: true }, { onError: tellFailure })}
          data-testid="folder-later"
        >
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
      </Lead>
    </Card>
  );
}
