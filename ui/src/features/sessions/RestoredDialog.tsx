import { Button, Dialog, Icon, Notice, Spring } from '@/components';
import { counted, m, visible } from '@/i18n';
import { type SessionRestored, type SessionShow, type SessionSnapshot, shell } from '@/ipc';
import { tellFailure } from '../command';
import styles from './RecoveryWizard.module.css';
import { reasonWords } from './words';

interface Props {
  session: SessionShow;
  restored: SessionRestored;
  /** The snapshot it is, where it came into a folder of somebody's choice and not into the session's own copy. */
  elsewhere?: SessionSnapshot;
  onClose: () => void;
}

/** Where the files of a session came back to, and which of them are not as they were. */
export function RestoredDialog({ session, restored, elsewhere, onClose }: Props) {
  const { overlay, masked, not_restored, passed_over } = restored;
  const { filled_in = [], filled_otherwise = [], changed = [] } = restored;
  const others = new Set([...masked, ...filled_in, ...filled_otherwise, ...changed]);
  const whole = restored.restored.filter((path) => !others.has(path)).length;
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
        {!elsewhere && (
          <Button
            onPress={() =>
              void shell.open_session_copy({ id: session.id, copy: overlay }).catch(tellFailure)
            }
            data-testid="open-copy"
          >
            {m.open_folder()}
          </Button>
        )}
      </div>
      {whole > 0 && <p>{counted('session_restored_all', whole)}</p>}
      <Made words="filled_in" paths={filled_in} />
      <Made words="filled_otherwise" paths={filled_otherwise} />
      <Made words="changed" paths={changed} />
      {passed_over !== undefined && (
        <p>{m.session_restored_passed_over({ path: visible(passed_over) })}</p>
      )}
      {elsewhere && <InClear snapshot={elsewhere} restored={restored} />}
      {masked.length > 0 && (
        <section>
          <p>{counted('session_restored_masked', masked.length)}</p>
          <ul className={styles.list}>
            {masked.map((path) => (
              <li key={path}>{visible(path)}</li>
            ))}
          </ul>
          {!elsewhere && <p>{m.session_restored_fill_in()}</p>}
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

interface MadeProps {
  words: 'filled_in' | 'filled_otherwise' | 'changed';
  paths: readonly string[];
}

/** What somebody has made of files in the copy. */
function Made({ words, paths }: MadeProps) {
  if (paths.length === 0) return null;
  return (
    <section>
      <p>{counted(`session_restored_${words}`, paths.length)}</p>
      <ul className={styles.list}>
        {paths.map((path) => (
          <li key={path}>{visible(path)}</li>
        ))}
      </ul>
    </section>
  );
}

interface InClearProps {
  snapshot: SessionSnapshot;
  restored: SessionRestored;
}

/** That keys stand readable in a folder of somebody's choice, and in which files. */
function InClear({ snapshot, restored }: InClearProps) {
  const came = new Set(restored.restored);
  const without = new Set(restored.masked);
  const paths = snapshot.files.flatMap(({ path, masked }) =>
    masked && came.has(path) && !without.has(path) ? [path] : [],
  );
  if (!snapshot.encrypted && paths.length === 0) return null;
  return (
    <section data-testid="restored-clear">
      <Notice tone="warn" icon="key">
        {snapshot.encrypted
          ? m.session_restored_clear_all()
          : counted('session_restored_clear', paths.length)}
      </Notice>
      {paths.length > 0 && (
        <ul className={styles.list}>
          {paths.map((path) => (
            <li key={path}>{visible(path)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
