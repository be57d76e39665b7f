import { Button, Dialog, Icon, Spring } from '@/components';
import { counted, m, visible } from '@/i18n';
import { type SessionRestored, type SessionShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import styles from './RecoveryWizard.module.css';
import { reasonWords } from './words';

interface Props {
  session: SessionShow;
  restored: SessionRestored;
  /** It is a folder of somebody's choice, and not the session's own copy. */
  isElsewhere?: boolean;
  onClose: () => void;
}

/** Where the files of a session came back to, and which of them are not as they were. */
export function RestoredDialog({ session, restored, isElsewhere, onClose }: Props) {
  const { overlay, masked, not_restored } = restored;
  const whole = restored.restored.length - masked.length;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={m.session_restored_title({ name: visible(session.name) })}
      data-testid="dialog-restored"
      foot={
        <>
          <Spring />
          <Button look="primary" onPress={onClose} data-testid="restored-close">
            {m.close()}
          </Button>
        </>
      }
    >
      <p>{m.session_restored_where()}</p>
      <div className={styles.place}>
        <Icon name="folder" />
        <code data-selectable>{visible(overlay)}</code>
        {!isElsewhere && (
          <Button
            onPress={() => void shell.open_session_copy({ id: session.id }).catch(tellFailure)}
            data-testid="open-copy"
          >
            {m.open_folder()}
          </Button>
        )}
      </div>
      {whole > 0 && <p>{counted('session_restored_all', whole)}</p>}
      {masked.length > 0 && (
        <section>
          <p>{counted('session_restored_masked', masked.length)}</p>
          <ul className={styles.list}>
            {masked.map((path) => (
              <li key={path}>{visible(path)}</li>
            ))}
          </ul>
        </section>
      )}
      {not_restored.length > 0 && (
        <section>
          <p>{counted('session_restored_not', not_restored.length)}</p>
          <ul className={styles.list}>
            {not_restored.map(({ path, reason }) => (
              <li key={path}>
                {visible(path)}
                <small>{reasonWords(reason)}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
