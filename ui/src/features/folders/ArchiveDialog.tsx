import { Button, Dialog, Notice, Spring } from '@/components';
import { counted, listed, m, visible } from '@/i18n';
import type { FolderShow } from '@/ipc';
import styles from './FolderDialog.module.css';
import { isTableList, sumOf, toArchive } from './files';
import { useArchive } from './work';

/** So many names are told. */
const NAMED = 4;

interface Props {
  folder: FolderShow;
  onClose: () => void;
}

/** Before a folder is emptied: what goes, and what stays. */
export function ArchiveDialog({ folder, onClose }: Props) {
  const archive = useArchive(folder.id);
  const go = toArchive(folder);
  const stay = folder.files.filter(({ kept }) => kept);
  const start = () => {
    onClose();
    void archive(false);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      onEnter={start}
      size="narrow"
      title={counted('task_folder_archive_title', go.length)}
      subtitle={m.task_folder_archive_words({ name: visible(folder.name), size: sumOf(go) })}
      data-testid="dialog-archive"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" onPress={start} autoFocus data-testid="archive-start">
            {m.task_folder_archive_start()}
          </Button>
        </>
      }
    >
      <ul className={styles.facts}>
        {stay.length > 0 && (
          <li>
            {m.task_folder_archive_stays({
              names: listed(
                stay.map(({ name }) => visible(name)),
                NAMED,
              ),
            })}
          </li>
        )}
        {stay.some(({ name }) => isTableList(name)) && <li>{m.task_folder_archive_list()}</li>}
        <li>{m.task_folder_archive_folders()}</li>
        <li>{m.task_folder_archive_undone()}</li>
      </ul>
      {!folder.settings.archive && (
        <Notice tone="off" icon="info">
          {m.task_folder_archive_off()}
        </Notice>
      )}
    </Dialog>
  );
}
