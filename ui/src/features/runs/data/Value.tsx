import { m, visible } from '@/i18n';
import styles from './OutputView.module.css';
import { cellText } from './shape';

/** A value on one line. */
export function Value({ value }: { value: unknown }) {
  if (value === null) return <span className={styles.none}>{m.empty_value()}</span>;
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return visible(cellText(value));
}
