import { Button, Card, ErrorNotice, IconButton, Notice } from '@/components';
import { begun, bytes, counted, m, say, sayHints, visible } from '@/i18n';
import type { FolderArchived, FolderShow } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import styles from './ArchiveWork.module.css';
import { archiveWork, failuresOf, useArchive } from './work';

interface Props {
  folder: FolderShow;
  /** Looks into an archive. */
  onOpen: (archive: string) => void;
}

/** The archive that is being made: how far it is, and then what came of it. */
export function ArchiveWork({ folder, onOpen }: Props) {
  const kept = archiveWork(folder.id);
  const work = useWork(kept);
  if (work.status === 'running' || work.status === 'cancelling')
    return (
      <Card>
        <div className={styles.work}>
          <WorkProgress
            title={m.task_folder_archiving()}
            {...work}
            onCancel={() => kept.cancel()}
          />
        </div>
      </Card>
    );
  if (work.status === 'failed') return <NotArchived folder={folder} />;
  if (!work.result) return null;
  return <Outcome done={work.result} onOpen={onOpen} onClose={() => kept.forget()} />;
}

/** It was not archived: why, and that it can be done all the same. */
function NotArchived({ folder }: { folder: FolderShow }) {
  const kept = archiveWork(folder.id);
  const { error } = useWork(kept);
  const archive = useArchive(folder.id);
  const failures = failuresOf(error);
  if (!error || failures.length === 0)
    return (
      <ErrorNotice error={error} onRetry={() => void archive(false)}>
        <Button onPress={() => kept.forget()}>{m.close()}</Button>
      </ErrorNotice>
    );
  return (
    <Card
      title={counted('task_folder_not_archived', failures.length)}
      icon="cross"
      tone="fail"
      data-testid="archive-failed"
    >
      <div className={styles.failed}>
        <ResultList rows={failures} />
        <p className={styles.hint}>{m.task_folder_continue_hint()}</p>
        {sayHints(error).map((hint) => (
          <p key={hint}>{visible(hint)}</p>
        ))}
        <div className={styles.buttons}>
          <Button onPress={() => kept.forget()}>{m.close()}</Button>
          <Button onPress={() => void archive(false)}>{m.try_again()}</Button>
          <Button onPress={() => void archive(true)} data-testid="archive-continue">
            {m.task_folder_continue()}
          </Button>
        </div>
      </div>
    </Card>
  );
}

interface OutcomeProps {
  done: FolderArchived;
  onOpen: (archive: string) => void;
  onClose: () => void;
}

/** What is in the archive now, in words. */
function Outcome({ done, onOpen, onClose }: OutcomeProps) {
  const { archive, moved, copied, failed, vanished } = done;
  const close = <IconButton icon="cross" label={m.close()} onPress={onClose} />;
  if (archive === null && failed.length > 0)
    return (
      <Notice tone="warn" icon="warn" end={close} data-testid="archive-none">
        <p>{m.folder_none_archived()}</p>
        <NotTaken failed={failed} />
      </Notice>
    );
  if (archive === null)
    return (
      <Notice tone="off" icon="info" end={close} data-testid="archive-none">
        {m.task_folder_archived_none()}
      </Notice>
    );
  const isWhole = failed.length === 0;
  return (
    <Notice
      tone={isWhole ? 'ok' : 'warn'}
      icon={isWhole ? 'check' : 'warn'}
      end={
        <>
          <Button onPress={() => onOpen(archive)} data-testid="archive-look">
            {m.task_folder_archive_look()}
          </Button>
          {close}
        </>
      }
      data-testid="archive-done"
    >
      <p>{counted('task_folder_archived', moved.length, { size: bytes(done.bytes), archive })}</p>
      {copied.length > 0 && <p>{counted('task_folder_copied', copied.length)}</p>}
      {vanished.length > 0 && <p>{counted('task_folder_vanished', vanished.length)}</p>}
      {failed.length > 0 && (
        <>
          <p>{counted('task_folder_failed', failed.length)}</p>
          <NotTaken failed={failed} />
        </>
      )}
    </Notice>
  );
}

function NotTaken({ failed }: Pick<FolderArchived, 'failed'>) {
  return (
    <ResultList
      rows={failed.map(({ file, reason }) => ({
        name: visible(file),
        reason: begun(visible(say(reason))),
      }))}
    />
  );
}
