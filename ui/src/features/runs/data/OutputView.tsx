import { counted, fieldName, m, visible } from '@/i18n';
import styles from './OutputView.module.css';
import { besideRows, cellText, isShort, rowsOf, shapeOf, type Table } from './shape';

/** So many rows of a table stand on the page. */
const ROWS = 200;

/** What a task gave, or a run was given: readable without knowing JSON. */
export function OutputView({ value, label }: { value: unknown; label: string }) {
  const rows = rowsOf(value);
  if (rows) {
    const rest = besideRows(value);
    return (
      <>
        <Rows table={rows} label={label} />
        {Object.keys(rest).length > 0 && <OutputView value={rest} label={label} />}
      </>
    );
  }
  const shown = shapeOf(value);
  switch (shown.shape) {
    case 'nothing':
      return <p className={styles.nothing}>{m.data_nothing()}</p>;
    case 'table':
      return <Rows table={shown} label={label} />;
    case 'facts':
      return (
        <dl className={styles.facts}>
          {shown.facts.map(([name, fact]) => (
            <div key={name} className={isShort(fact) ? styles.fact : styles.long}>
              <dt>{fieldName(name)}</dt>
              <dd data-selectable>
                {isShort(fact) ? (
                  <Value value={fact} />
                ) : (
                  <OutputView value={fact} label={fieldName(name)} />
                )}
              </dd>
            </div>
          ))}
        </dl>
      );
    default:
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller is reached with the keys, too
        <section className={styles.text} tabIndex={0} aria-label={label} data-selectable>
          {shown.text}
        </section>
      );
  }
}

function Value({ value }: { value: unknown }) {
  if (value === null) return <span className={styles.none}>{m.empty_value()}</span>;
  if (typeof value === 'boolean') return value ? m.yes() : m.no();
  return visible(cellText(value));
}

function Rows({ table, label }: { table: Table; label: string }) {
  const { columns, rows } = table;
  if (rows.length === 0) return <p className={styles.nothing}>{m.data_no_rows()}</p>;
  const isNumber = (column: string) => rows.every((row) => typeof row[column] === 'number');
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section className={styles.scroll} tabIndex={0} aria-label={label}>
        <table className={styles.table} data-selectable>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} data-number={isNumber(column) || undefined}>
                  {visible(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no identity
              <tr key={index}>
                {columns.map((column) => (
                  <td
                    key={column}
                    data-number={isNumber(column) || undefined}
                    title={cellText(row[column])}
                  >
                    <Value value={row[column] ?? null} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > ROWS && (
        <p className={styles.nothing}>{counted('data_more_rows', rows.length - ROWS)}</p>
      )}
    </>
  );
}
