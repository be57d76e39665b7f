import { Button, Icon } from '@/components';
import { m, visible } from '@/i18n';
import { type SessionCopyStand, type SessionShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import styles from './SessionsPage.module.css';

/**
 * Which copy of its own the work of a session uses or can use, whether its keys are filled in there, and what it does not
 * have: also after the work went on.
 */
export function OwnCopy({ session }: { session: SessionShow }) {
  const copy = session.own_copy;
  if (!copy || session.status === 'completed') return null;
  const path = visible(copy.path);
  const is = copy.used ? m.session_copy_is_used({ path }) : m.session_copy_is_waits({ path });
  return (
    <div className={styles.certainty} data-testid="session-own-copy">
      <Icon name="folder" size={14} />
      <div className={styles.told}>
        <p>{is}</p>
        {linesOf(session, copy).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <Button
        look="quiet"
        onPress={() =>
          void shell.open_session_copy({ id: session.id, copy: copy.path }).catch(tellFailure)
        }
        data-testid="own-copy-open"
      >
        {m.session_open_copy()}
      </Button>
    </div>
  );
}

/** What is told of the files of a copy, a line for each kind. */
export function linesOf(
  session: Pick<SessionShow, 'snapshots'>,
  { sequence, filled_in, filled_otherwise, masked, gone, left_out, missing }: SessionCopyStand,
): string[] {
  // Its lines are those of the snapshot it came from.
  const files = session.snapshots.find((one) => one.sequence === sequence)?.files ?? [];
  const placed = (path: string) => {
    const places = files.find((file) => file.path === path)?.masked_places ?? [];
    const lines = [...new Set(places.map(({ line }) => line))].join(m.list_separator());
    return lines === '' ? visible(path) : m.session_copy_lines({ path: visible(path), lines });
  };
  const references = missing.map(({ reference, from }) =>
    m.session_copy_reference({ name: visible(reference), path: visible(from) }),
  );
  const told: [(fields: { names: string }) => string, readonly string[]][] = [
    [m.session_copy_filled_in, filled_in.map(visible)],
    [m.session_copy_filled_otherwise, filled_otherwise.map(visible)],
    [m.session_copy_masked, masked.map(placed)],
    [m.session_copy_gone, gone.map(visible)],
    [m.session_copy_left_out, left_out.map(visible)],
    [m.session_copy_missing, references],
  ];
  return told.flatMap(([words, names]) =>
    names.length > 0 ? [words({ names: names.join(m.list_separator()) })] : [],
  );
}
