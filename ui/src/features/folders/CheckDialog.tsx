import { Button, Dialog, ErrorNotice, Notice, Spring } from '@/components';
import { begun, counted, label, listed, m, say, visible, whole } from '@/i18n';
import type { ArchiveRow, FolderCheckedArchive, FolderLeftover, FolderShow } from '@/ipc';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import { useLongLook } from '../useLongLook';
import { archiveTitle } from './files';
import styles from './PutBack.module.css';

/** So many names are told. */
const NAMED = 6;

interface Props {
  folder: FolderShow;
  item: ArchiveRow;
  onClose: () => void;
}

/** An archive read through: whether each file is what its record says. */
export function CheckDialog({ folder, item, onClose }: Props) {
  const look = useLongLook('folder_check', { id: folder.id, archive: item.archive });
  const checked = look.data?.items[0];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.check_title()}
      subtitle={archiveTitle(item)}
      data-testid="dialog-check"
      foot={
        (look.data || look.error) && (
          <>
            <Spring />
            <Button look="primary" onPress={onClose} autoFocus>
              {m.close()}
            </Button>
          </>
        )
      }
    >
      {look.error && <ErrorNotice error={look.error} onRetry={() => look.refetch()} />}
      {checked && <Outcome checked={checked} />}
      {look.data?.leftovers && <Leftovers leftovers={look.data.leftovers} />}
      {look.isFetching && (
        <WorkProgress
          title={m.check_working()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}

/** Hidden folders that nothing will finish: nobody but a person may remove them. */
function Leftovers({ leftovers }: { leftovers: FolderLeftover[] }) {
  return (
    <section className={styles.hindered} data-testid="check-leftovers">
      <p>{counted('check_leftovers', leftovers.length)}</p>
      {leftovers.map(({ name, kind }) => (
        <p key={name} className={styles.names}>
          <b>{visible(name)}</b>
          <br />
          {whole(label('leftover', kind))}
        </p>
      ))}
    </section>
  );
}

function Outcome({ checked }: { checked: FolderCheckedArchive }) {
  const { proven, unverified, failed, besides, broken } = checked;
  return (
    <>
      {broken && (
        <Notice tone="warn" icon="warn">
          {whole(visible(say(broken)))}
        </Notice>
      )}
      {failed.length === 0 && proven > 0 && (
        <Notice tone="ok" icon="check" data-testid="check-sound">
          {counted('check_proven', proven)}
        </Notice>
      )}
      {failed.length > 0 && (
        <section className={styles.hindered} data-testid="check-failed">
          <p>{counted('check_failed', failed.length)}</p>
          <ResultList
            rows={failed.map(({ file, reason }) => ({
              name: visible(file),
              reason: begun(visible(say(reason))),
            }))}
          />
          {proven > 0 && <p className={styles.words}>{counted('check_proven', proven)}</p>}
        </section>
      )}
      {unverified > 0 && <p className={styles.words}>{counted('check_unverified', unverified)}</p>}
      {besides.length > 0 && (
        <p className={styles.words}>
          {m.check_besides({ names: listed(besides.map(visible), NAMED) })}
        </p>
      )}
      {proven + unverified + failed.length + besides.length === 0 && !broken && (
        <p className={styles.words}>{m.check_empty()}</p>
      )}
    </>
  );
}
