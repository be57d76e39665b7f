import { Chip, Icon, Time } from '@/components';
import { label, m } from '@/i18n';
import type { OperationRow } from '@/ipc';
import styles from './ActivityPage.module.css';
import { operationIcon, operationSentence } from './words';

interface Props {
  row: OperationRow;
  isOpen: boolean;
  onOpen: () => void;
}

/** One operation as a line: what was done, by whom, when. */
export function ActivityLine({ row, isOpen, onOpen }: Props) {
  return (
    <li>
      <button
        type="button"
        className={styles.line}
        aria-pressed={isOpen}
        onClick={onOpen}
        data-testid={`row-${row.id}`}
      >
        <Icon name={operationIcon(row.operation)} />
        <span className={styles.words}>
          <span className={styles.sentence}>{operationSentence(row)}</span>
          <small>
            {row.actor}
            {row.face !== 'desktop' && ` · ${label('face', row.face)}`}
            {row.after !== null &&
              row.after !== undefined &&
              ` · ${m.revision_number({ number: row.after })}`}
          </small>
        </span>
        {row.undone_by && <Chip icon="undo">{m.was_undone()}</Chip>}
        <small className={styles.time}>
          <Time at={row.at} />
        </small>
      </button>
    </li>
  );
}
