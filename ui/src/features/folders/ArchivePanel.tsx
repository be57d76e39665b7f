import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Chip, type Column, ErrorNotice, Icon, Notice, RowList } from '@/components';
import { begun, bytes, counted, m, say, visible, whole } from '@/i18n';
import { type ArchiveRow, type FolderArchiveFile, type FolderShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import { ResultList } from '../restore/ResultList';
import { Marks } from './ArchiveLine';
import styles from './Archives.module.css';
import { CheckDialog } from './CheckDialog';
import { CompareDialog } from './CompareDialog';
import { archiveTitle } from './files';
import { PutBackDialog } from './PutBackDialog';
import { archiveQuery } from './queries';
import { isUnrecorded } from './record';
import { useIsBusy } from './work';

interface Props {
  folder: FolderShow;
  item: ArchiveRow;
}

/** What is asked about the archive. */
type Asked = 'put back' | 'compare' | 'check';

/** One archive opened: what is in it, and what of it is not as it should be. */
export function ArchivePanel({ folder, item }: Props) {
  const { archive, broken } = item;
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const isBusy = useIsBusy(folder.id);
  const shown = useQuery(archiveQuery(folder.id, archive));
  const files = shown.data?.files ?? [];
  const failures = shown.data?.failed ?? [];
  return (
    <div className={styles.panel} data-testid="archive-panel">
      <div className={styles.head}>
        <h2>
          {archiveTitle(item)}
          <small data-selectable>{visible(archive)}</small>
        </h2>
        <Button
          icon="folder"
          onPress={() => void shell.open_task_folder({ id: folder.id, archive }).catch(tellFailure)}
          data-testid="archive-open"
        >
          {m.open_folder()}
        </Button>
      </div>
      {/* Of one whose record cannot be read nobody knows who made it. */}
      {!broken && <Origin item={item} />}
      <span className={styles.marks}>
        <Marks item={item} />
      </span>
      {broken && (
        <Notice
          tone={isUnrecorded(item) ? 'off' : 'fail'}
          icon={isUnrecorded(item) ? 'info' : 'warn'}
        >
          {whole(visible(say(broken)))}
        </Notice>
      )}
      <div className={styles.deeds}>
        <Button
          look="primary"
          icon="undo"
          onPress={() => setAsked('put back')}
          isDisabled={isBusy}
          data-testid="archive-put-back"
        >
          {m.put_back_open()}
        </Button>
        <Button onPress={() => setAsked('compare')} data-testid="archive-compare">
          {m.compare_open()}
        </Button>
        <Button onPress={() => setAsked('check')} data-testid="archive-check">
          {m.check_open()}
        </Button>
      </div>
      {asked === 'put back' && <PutBackDialog folder={folder} item={item} onClose={close} />}
      {asked === 'compare' && <CompareDialog folder={folder} item={item} onClose={close} />}
      {asked === 'check' && <CheckDialog folder={folder} item={item} onClose={close} />}
      {shown.error && <ErrorNotice error={shown.error} onRetry={() => shown.refetch()} />}
      {failures.length > 0 && (
        <>
          <p>{counted('archive_not_taken_title', failures.length)}</p>
          <ResultList
            rows={failures.map(({ file, reason }) => ({
              name: visible(file),
              reason: begun(visible(say(reason))),
            }))}
          />
        </>
      )}
      {files.length > 0 && (
        <div className={styles.files}>
          <RowList
            label={m.archive_files()}
            columns={archivedColumns()}
            total={files.length}
            at={(index) => files[index]}
            idOf={(file) => file.name}
            onRange={() => undefined}
            onOpen={() =>
              void shell.open_task_folder({ id: folder.id, archive }).catch(tellFailure)
            }
            rowHeight={44}
          />
        </div>
      )}
    </div>
  );
}

function Origin({ item }: { item: ArchiveRow }) {
  const { run, earlier, made_way_for, undone } = item;
  return (
    <p className={styles.quiet}>
      {undone ? (
        m.archive_undone()
      ) : run ? (
        <Link to="/runs/$id" params={{ id: run }}>
          {m.archive_by_run()}
        </Link>
      ) : made_way_for ? (
        m.archive_made_way({ archive: visible(made_way_for) })
      ) : earlier ? (
        m.archive_earlier_hint()
      ) : (
        m.archive_by_hand()
      )}
    </p>
  );
}

function archivedColumns(): Column<FolderArchiveFile>[] {
  return [
    {
      key: 'name',
      title: m.column_name(),
      width: 'minmax(0, 1fr)',
      cell: (file) => (
        <span className={styles.name}>
          <Icon name={file.link_target === undefined ? 'file' : 'link'} />
          <span className={styles.words}>
            <b title={visible(file.name)}>{visible(file.name)}</b>
            <Told file={file} />
          </span>
        </span>
      ),
    },
    {
      key: 'size',
      title: m.column_size(),
      width: '118px',
      align: 'end',
      cell: (file) => (
        <span className={styles.quiet}>
          {file.missing ? (
            <Chip tone="warn" icon="warn">
              {m.archive_file_gone()}
            </Chip>
          ) : (
            file.bytes !== undefined && bytes(file.bytes)
          )}
        </span>
      ),
    },
  ];
}

/** What is to be known of a file besides its name. */
function Told({ file }: { file: FolderArchiveFile }) {
  const told = [
    file.how === 'copied' && m.archive_copied(),
    file.archived_as !== undefined && m.archive_called({ name: visible(file.archived_as) }),
    file.link_target !== undefined && m.archive_link({ target: visible(file.link_target) }),
    file.reason && visible(say(file.reason)),
  ].filter((words) => typeof words === 'string');
  if (told.length === 0) return null;
  const words = told.join(' · ');
  return <small title={words}>{words}</small>;
}
