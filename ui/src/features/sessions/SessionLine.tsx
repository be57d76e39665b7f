import { counted, dated, m, visible } from '@/i18n';
import type { SessionRow } from '@/ipc';
import styles from './SessionsPage.module.css';
import { ConfidenceChip, originWords, standWords } from './words';

interface Props {
  row: SessionRow;
  isOpen: boolean;
  /** Another one on the page has its name. */
  isAlike: boolean;
  onOpen: () => void;
}

/** One session among the others: how it stands, and how sure it is that it can go on. */
export function SessionLine({ row, isOpen, isAlike, onOpen }: Props) {
  const isEnded = row.status === 'completed';
  const told = [
    originWords(row),
    standWords(row),
    isAlike && m.session_begun_at({ when: dated(row.created_at) }),
    row.missing > 0 && counted('session_missing', row.missing),
  ];
  return (
    <li>
      <button
        type="button"
        className={styles.line}
        aria-current={isOpen}
        onClick={onOpen}
        data-testid={`session-${row.id}`}
      >
        <b title={visible(row.name)}>{visible(row.name)}</b>
        <small>{told.filter(Boolean).join(' · ')}</small>
        {row.config && (
          <small
            className={styles.where}
            data-whole={isAlike || undefined}
            title={visible(placeOf(row))}
          >
            <bdi>{visible(isAlike ? placeOf(row) : row.config)}</bdi>
          </small>
        )}
        {!isEnded && <ConfidenceChip confidence={row.confidence} />}
      </button>
    </li>
  );
}

/** Where the file it begins with is, from the top where that is known. */
function placeOf({ root, config }: SessionRow): string {
  if (!config) return '';
  if (!root) return config;
  return root.includes('\\') ? `${root}\\${config.replaceAll('/', '\\')}` : `${root}/${config}`;
}
