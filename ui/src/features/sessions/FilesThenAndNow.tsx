import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, ErrorNotice, Icon } from '@/components';
import { counted, label, m, visible } from '@/i18n';
import type { SessionDifference, SessionSnapshot } from '@/ipc';
import { type FileRow, fileRows } from './candidates';
import { FileDifference } from './FileDifference';
import { compareFileQuery } from './queries';
import styles from './RecoveryWizard.module.css';
import { reasonWords } from './words';

/** So many files that are the same are shown at first. */
const SAME_SHOWN = 6;
/** Of so many files that changed it is asked in how many places. */
const COUNTED = 20;

interface Props {
  session: string;
  snapshot: SessionSnapshot | undefined;
  /** Nothing while they are looked for. */
  differences: readonly SessionDifference[] | undefined;
  error: Error | null;
  onLookAgain: () => void;
  isLooking: boolean;
}

/** The files of a snapshot beside what they are today. */
export function FilesThenAndNow(props: Props) {
  const { session, snapshot, differences, error, onLookAgain, isLooking } = props;
  const [areAll, setAll] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const rows = fileRows(snapshot, differences ?? []);
  const others = rows.filter(({ today }) => today !== 'same').length;
  const drawn = areAll ? rows : rows.slice(0, others + SAME_SHOWN);
  if (error)
    return (
      <div className={styles.alone}>
        <ErrorNotice error={error} onRetry={onLookAgain} />
      </div>
    );
  if (!differences)
    return (
      <p className={styles.none} role="status" data-testid="files-looking">
        {m.session_looking_today()}
      </p>
    );
  if (rows.length === 0) return null;
  return (
    <>
      <table className={styles.files} data-testid="files-then-and-now">
        <thead>
          <tr>
            <th scope="col">{m.session_files_then()}</th>
            <th scope="col">{m.session_files_today()}</th>
            <th scope="col">
              <Button
                look="quiet"
                isDisabled={isLooking}
                onPress={onLookAgain}
                data-testid="look-again"
              >
                {m.session_look_again()}
              </Button>
            </th>
          </tr>
        </thead>
        <tbody>
          {drawn.map((row, index) => (
            <File
              key={row.path}
              row={row}
              of={{ id: session, snapshot: snapshot?.id, path: row.path }}
              isCounted={index < COUNTED}
              onShow={() => setShown(row.path)}
            />
          ))}
        </tbody>
      </table>
      {drawn.length < rows.length && (
        <div className={styles.rest}>
          <Button look="quiet" onPress={() => setAll(true)}>
            {counted('session_more_same', rows.length - drawn.length)}
          </Button>
        </div>
      )}
      {shown !== null && (
        <FileDifference
          input={{ id: session, snapshot: snapshot?.id, path: shown }}
          onClose={() => setShown(null)}
        />
      )}
    </>
  );
}

interface FileProps {
  row: FileRow;
  of: Parameters<typeof compareFileQuery>[0];
  isCounted: boolean;
  onShow: () => void;
}

function File({ row, of, isCounted, onShow }: FileProps) {
  const { path, today, isMasked, difference } = row;
  const isChanged = today === 'changed';
  const compared = useQuery({ ...compareFileQuery(of), enabled: isChanged && isCounted });
  const places = compared.data?.places.length ?? 0;
  const told = [
    label('session_today', today),
    isChanged && places > 0 && counted('places', places),
    isMasked && m.session_key_masked(),
  ];
  return (
    <tr data-testid={`file-${path}`}>
      <td>
        <span className={styles.name}>
          <Icon name={isMasked ? 'lock' : 'file'} />
          <span>{visible(path)}</span>
        </span>
      </td>
      <td>
        <span className={styles[today]}>{told.filter(Boolean).join(' · ')}</span>
        {difference?.reason && <small>{reasonWords(difference.reason)}</small>}
      </td>
      <td>
        {(isChanged || today === 'gone') && (
          <Button
            look="quiet"
            aria-label={m.session_show_difference_of({ path: visible(path) })}
            onPress={onShow}
            data-testid={`show-${path}`}
          >
            {m.session_show_difference()}
          </Button>
        )}
      </td>
    </tr>
  );
}
