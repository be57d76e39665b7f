import { Button, Card, Icon } from '@/components';
import { m } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import styles from '../overview/OverviewPage.module.css';
import { useChooseFolder } from './useFolder';

/** Once, after the first real change: where backups shall go. It stands on the Overview and waits. */
export function FolderQuestion() {
  const later = useCommand('settings_update', ['settings']);
  const choose = useChooseFolder();
  return (
    <Card data-testid="folder-question">
      <div className={styles.safe}>
        <span className={styles.seal} style={{ background: 'var(--run-bg)', color: 'var(--run)' }}>
          <Icon name="folder" size={20} />
        </span>
        <div className={styles.words}>
          <p>{m.ask_folder_title()}</p>
          <small>{m.ask_folder_words()}</small>
        </div>
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
      </div>
    </Card>
  );
}
