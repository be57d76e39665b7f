import { useMemo } from 'react';
import { fieldName, m } from '@/i18n';
import { LongText } from './LongText';
import styles from './OutputView.module.css';
import { besideRows, isShort, rowsOf, shapeOf } from './shape';
import { TableView } from './TableView';
import { Value } from './Value';

/** What a task gave, or a run was given: readable without knowing JSON. */
export function OutputView({ value, label }: { value: unknown; label: string }) {
  const rows = useMemo(() => rowsOf(value), [value]);
  const shown = useMemo(() => shapeOf(rows ? null : value), [rows, value]);
  if (rows) {
    const rest = besideRows(value);
    return (
      <>
        <TableView table={rows} label={label} />
        {Object.keys(rest).length > 0 && <OutputView value={rest} label={label} />}
      </>
    );
  }
  switch (shown.shape) {
    case 'nothing':
      return <p className={styles.nothing}>{m.data_nothing()}</p>;
    case 'table':
      return <TableView table={shown} label={label} />;
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
      return <LongText text={shown.text} label={label} />;
  }
}
