import { Button, Card, ErrorNotice, IconButton, Notice } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import type { FolderShow } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import styles from './ArchiveWork.module.css';
import { putBackWork } from './work';

/** Files of an archive that are being put back: how far it is, and what could not be done. */
export function PutBackWork({ folder }: { folder: FolderShow }) {
  const kept = putBackWork(folder.id);
  const work = useWork(kept);
  if (work.status === 'running' || work.status === 'cancelling')
    return (
      <Card>
        <div className={styles.work}>
          <WorkProgress title={m.put_back_working()} {...work} onCancel={() => kept.cancel()} />
        </div>
      </Card>
    );
  if (work.status === 'failed')
    return (
      <ErrorNotice error={work.error}>
        <Button onPress={() => kept.forget()} data-testid="put-back-close">
          {m.close()}
        </Button>
      </ErrorNotice>
    );
  // What went well was told when it had.
  if (!work.result || work.result.failed.length === 0) return null;
  const { restored, failed, archived_first, cancelled_late } = work.result;
  return (
    <Notice
      tone="warn"
      icon="warn"
      end={<IconButton icon="cross" label={m.close()} onPress={() => kept.forget()} />}
      data-testid="put-back-done"
    >
      <p>{counted('put_back_done', restored.length)}</p>
      {cancelled_late && <p>{m.put_back_cancelled_late()}</p>}
      {archived_first && <p>{m.put_back_first({ archive: archived_first })}</p>}
      <p>{counted('put_back_hindered', failed.length)}</p>
      <ResultList
        rows={failed.map(({ file, reason }) => ({
          name: visible(file),
          reason: begun(visible(say(reason))),
        }))}
      />
    </Notice>
  );
}
