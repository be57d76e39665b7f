import { Button, Card, Chip, type Column, Empty, Icon, RowList, Time } from '@/components';
import { bytes, m, visible } from '@/i18n';
import { type FolderFile, type FolderShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import styles from './Files.module.css';
import { isTableList } from './files';

interface Props {
  folder: FolderShow;
  /** Chooses a list of tables to put here. */
  onTableList: () => void;
}

/** What is in the folder now: what an archive takes, and what stays. */
export function FilesTab({ folder, onTableList }: Props) {
  const { files, id } = folder;
  const list = (
    <Button icon="tick_list" onPress={onTableList} data-testid="table-list">
      {files.some(({ name }) => isTableList(name)) ? m.table_list_other() : m.table_list_put()}
    </Button>
  );
  if (files.length === 0)
    return (
      <Card fill="hold">
        <Empty icon="folder" title={m.task_folder_empty()} actions={list}>
          {m.task_folder_empty_hint()}
        </Empty>
      </Card>
    );
  return (
    <Card fill="hold">
      <div className={styles.head}>
        <p>{folder.settings.archive ? m.task_folder_now_hint() : m.task_folder_now_hint_off()}</p>
        {list}
      </div>
      <RowList
        label={m.task_folder_now()}
        columns={fileColumns()}
        total={files.length}
        at={(index) => files[index]}
        idOf={(file) => file.name}
        onRange={() => undefined}
        onOpen={() => void shell.open_task_folder({ id }).catch(tellFailure)}
        rowHeight={36}
      />
    </Card>
  );
}

function fileColumns(): Column<FolderFile>[] {
  return [
    {
      key: 'name',
      title: m.column_name(),
      width: 'minmax(0, 1fr)',
      cell: (file) => (
        <span className={styles.name}>
          <Icon name={file.link ? 'link' : 'file'} />
          <span className={styles.words} title={visible(file.name)}>
            {visible(file.name)}
          </span>
          <Mark file={file} />
        </span>
      ),
    },
    {
      key: 'size',
      title: m.column_size(),
      width: '104px',
      align: 'end',
      cell: (file) => (
        <span className={styles.quiet}>{file.link ? m.task_folder_link() : bytes(file.bytes)}</span>
      ),
    },
    {
      key: 'changed',
      title: m.column_updated(),
      width: '150px',
      align: 'end',
      place: 'spare',
      cell: (file) => (
        <span className={styles.quiet}>{file.modified && <Time at={file.modified} />}</span>
      ),
    },
  ];
}

/** Why an archive leaves it where it is, or what it is of. */
function Mark({ file }: { file: FolderFile }) {
  if (isTableList(file.name) && file.kept)
    return (
      <Chip icon="tick_list" title={m.table_list_stays()}>
        {m.table_list_mark()}
      </Chip>
    );
  if (file.kept)
    return (
      <Chip icon="pin" title={m.task_folder_kept_hint()}>
        {m.task_folder_kept()}
      </Chip>
    );
  return null;
}
