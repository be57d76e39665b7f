import { Button, Icon } from '@/components';
import { m, visible } from '@/i18n';
import { type SessionShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import { firstOfTheWork } from './candidates';
import styles from './SessionsPage.module.css';
import { worksFromCopy } from './stand';

/** Of a session that works from its own copy: what is to be filled in there, and what that does not have. */
export function OwnCopy({ session }: { session: SessionShow }) {
  const snapshot = firstOfTheWork(session.snapshots);
  if (!worksFromCopy(session) || !snapshot) return null;
  const files = snapshot.files.filter(({ masked }) => masked).map(placed);
  const missing = snapshot.missing.map(({ reference, from }) =>
    m.session_copy_reference({ name: visible(reference), path: visible(from) }),
  );
  if (files.length + missing.length === 0) return null;
  const separator = m.list_separator();
  return (
    <div className={styles.certainty} data-testid="session-own-copy">
      <Icon name="folder" size={14} />
      <div className={styles.told}>
        {files.length > 0 && <p>{m.session_copy_fill_in({ files: files.join(separator) })}</p>}
        {missing.length > 0 && <p>{m.session_copy_missing({ names: missing.join(separator) })}</p>}
      </div>
      {session.overlay !== undefined && (
        <Button
          look="quiet"
          onPress={() => void shell.open_session_copy({ id: session.id }).catch(tellFailure)}
          data-testid="own-copy-open"
        >
          {m.session_open_copy()}
        </Button>
      )}
    </div>
  );
}

/** A file with the lines in which something is masked. */
function placed({ path, masked_places }: SessionShow['snapshots'][number]['files'][number]) {
  const lines = [...new Set(masked_places.map(({ line }) => line))].join(m.list_separator());
  return m.session_copy_lines({ path: visible(path), lines });
}
