import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { m, visible } from '@/i18n';
import styles from './OutputView.module.css';
import { cellText, type Table, widthOf } from './shape';
import { Value } from './Value';

/** Height of a row, in pixels. */
const ROW = 29;
/** Of more rows only those in sight exist, in columns whose widths do not change with them. */
const ALL_AT_ONCE = 100;

interface Props {
  table: Table;
  label: string;
  /** What a column is called. */
  headings?: (column: string) => string;
}

/** Records as a table of any length. */
export function TableView({ table, label, headings = visible }: Props) {
  const { columns, rows } = table;
  const scroller = useRef<HTMLElement>(null);
  const numbers = useMemo(
    () => new Set(columns.filter((column) => rows.every((row) => isNumber(row[column])))),
    [columns, rows],
  );
  const isLong = rows.length > ALL_AT_ONCE;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    enabled: isLong,
  });
  if (rows.length === 0) return <p className={styles.nothing}>{m.data_no_rows()}</p>;
  const items = virtual.getVirtualItems();
  const first = isLong ? (items[0]?.index ?? 0) : 0;
  const end = isLong ? (items.at(-1)?.index ?? -1) + 1 : rows.length;
  return (
    <section
      className={styles.scroll}
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      aria-label={label}
    >
      <table
        className={styles.table}
        data-long={isLong || undefined}
        aria-rowcount={rows.length + 1}
        data-selectable
      >
        {isLong && (
          <colgroup>
            {columns.map((column) => (
              <col key={column} style={{ width: `${widthOf(table, column) + 4}ch` }} />
            ))}
          </colgroup>
        )}
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} data-number={numbers.has(column) || undefined}>
                {headings(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {rows.slice(first, end).map((row, offset) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no identity
            <tr key={first + offset} aria-rowindex={first + offset + 2}>
              {columns.map((column) => (
                <td
                  key={column}
                  data-number={numbers.has(column) || undefined}
                  title={cellText(row[column])}
                >
                  <Value value={row[column] ?? null} />
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - end} />
        </tbody>
      </table>
    </section>
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** The room of rows that are not in sight. */
function Gap({ rows }: { rows: number }) {
  return rows > 0 ? <tr style={{ height: rows * ROW }} /> : null;
}
