import { Button, Dialog, Notice, Spring } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import { type SessionForgotten, shell } from '@/ipc';
import { tellFailure } from '../command';
import { ResultList } from '../restore/ResultList';
import styles from './CleanUpSnapshots.module.css';

interface Props {
  /** The session that was forgotten. */
  id: string;
  name: string;
  left: SessionForgotten;
  onClose: () => void;
}

/** What is left on the disk of a session that is forgotten, which may hold keys. */
export function LeftOfSession({ id, name, left, onClose }: Props) {
  const { failed, waits, elsewhere, stays = [] } = left;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.session_left_title({ name: visible(name) })}
      data-testid="dialog-left-of-session"
      foot={
        <>
          <Spring />
          <Button look="primary" onPress={onClose} autoFocus data-testid="left-of-session-close">
            {m.close()}
          </Button>
        </>
      }
    >
      {stays.length > 0 && (
        <section data-testid="left-stays">
          <p>{counted('session_left_stays', stays.length)}</p>
          <ResultList
            rows={stays.map((path) => ({
              name: visible(path),
              reason: begun(m.session_copy_stays()),
            }))}
          />
          <Button
            icon="folder"
            onPress={() => void shell.open_session_copy({ id }).catch(tellFailure)}
            data-testid="left-open"
          >
            {m.open_folder()}
          </Button>
        </section>
      )}
      {failed.length > 0 && (
        <>
          <Notice tone="warn" icon="warn">
            {counted('session_left', failed.length)}
          </Notice>
          <ResultList
            rows={failed.map(({ file, reason }) => ({
              name: visible(file),
              reason: begun(visible(say(reason))),
            }))}
          />
        </>
      )}
      {elsewhere && <p className={styles.hint}>{visible(say(elsewhere))}</p>}
      {waits && <p className={styles.hint}>{m.session_left_waits()}</p>}
    </Dialog>
  );
}
