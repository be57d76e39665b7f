import { useEffect, useRef } from 'react';
import { useTold } from '@/components';
import { counted, m, visible } from '@/i18n';
import type { SessionRow } from '@/ipc';
import styles from './SessionsPage.module.css';
import { shortPath } from './shortPath';
import { ConfidenceChip, originWords, standWords, statedWords } from './words';

/** Columns there are for where its file is. */
const ROOM = 46;

interface Props {
  row: SessionRow;
  isOpen: boolean;
  /** When it began, in words, where another one on the page has its name. */
  begun: string | undefined;
  onOpen: () => void;
}

/** One session among the others: how it stands, and how sure it is that it can go on. */
export function SessionLine({ row, isOpen, begun, onOpen }: Props) {
  // A run without a configuration that has ended is not taken up again.
  const isEnded = row.status === 'completed' || (row.status === 'aborted' && row.origin === 'run');
  // What was not there when it was kept is not missed by what comes back: the chip says so.
  const isMissed = row.missing > 0 && (isEnded || row.confidence !== 'complete');
  const stand = useTold(() => standWords(row));
  const told = [
    originWords(row),
    stand,
    begun !== undefined && m.session_begun_at({ when: begun }),
    isMissed && counted('session_missing', row.missing),
    row.closed !== undefined && counted('session_closed', row.closed),
  ];
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) line.current?.scrollIntoView?.({ block: 'nearest' });
  }, [isOpen]);
  return (
    <li>
      <button
        ref={line}
        type="button"
        className={styles.line}
        aria-current={isOpen}
        onClick={onOpen}
        data-testid={`session-${row.id}`}
      >
        <b title={visible(row.name)}>{visible(row.name)}</b>
        <small title={statedWords(row)}>{told.filter(Boolean).join('\u00a0· ')}</small>
        {placeOf(row) && (
          <small className={styles.where} title={visible(placeOf(row))}>
            {visible(
              shortPath(begun !== undefined ? placeOf(row) : (row.config ?? placeOf(row)), ROOM),
            )}
          </small>
        )}
        {!isEnded && <ConfidenceChip confidence={row.confidence} missing={row.missing} />}
      </button>
    </li>
  );
}

/** Where the file it begins with is, from the top where that is known; the folder of its files where it begins with a run. */
export function placeOf({ root, config }: Pick<SessionRow, 'root' | 'config'>): string {
  if (!config) return root ?? '';
  if (!root) return config;
  return root.includes('\\') ? `${root}\\${config.replaceAll('/', '\\')}` : `${root}/${config}`;
}
