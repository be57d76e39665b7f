import { ProgressBar } from 'react-aria-components';
import styles from './Progress.module.css';

interface Props {
  label: string;
  done: number;
  /** `null` while nobody knows. */
  total: number | null;
}

/** How far long work is. */
export function Progress({ label, done, total }: Props) {
  const known = total !== null && total > 0;
  return (
    <ProgressBar
      aria-label={label}
      className={styles.bar}
      value={known ? Math.min(done, total) : 0}
      maxValue={known ? total : 1}
      isIndeterminate={!known}
    >
      {({ percentage }) => (
        <span
          className={known ? styles.fill : styles.unknown}
          style={{ width: known ? `${percentage ?? 0}%` : undefined }}
        />
      )}
    </ProgressBar>
  );
}
