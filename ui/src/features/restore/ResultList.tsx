import { Icon } from '@/components';
import { say, visible } from '@/i18n';
import type { DamagedItem, ItemResult } from '@/ipc';
import { itemName } from '../plan/words';
import styles from './ResultList.module.css';

interface ResultRow {
  name: string;
  reason: string;
}

interface Props {
  rows: readonly ResultRow[];
}

/** The files of an applied plan that did not come in, as rows. */
export function failedRows(items: readonly ItemResult[] = []): ResultRow[] {
  return items.map((item) => ({
    name: itemName({ name: item.name, path: item.path ?? null }),
    reason: item.reason ? say(item.reason) : '',
  }));
}

/** The damaged files of a backup, as rows. */
export function damagedRows(items: readonly DamagedItem[]): ResultRow[] {
  return items.map((item) => ({ name: visible(item.name ?? item.path), reason: say(item.reason) }));
}

/** What did not come in, by name, and why. */
export function ResultList({ rows }: Props) {
  return (
    <ul className={styles.rows}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two rows may have one name
        <li key={`${row.name} ${index}`} className={styles.row}>
          <Icon name="warn" />
          <span>
            {row.name}
            <small>{row.reason}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}
