import { useMemo } from 'react';
import { fieldName, m } from '@/i18n';
import { LongText } from './LongText';
import { LEFT_OUT, leftOut } from './leftOut';
import styles from './OutputView.module.css';
import { besideRows, isShort, rowsOf, shapeOf } from './shape';
import { TableView } from './TableView';
import { Value } from './Value';

interface Props {
  value: unknown;
  label: string;
  /** What its parts and columns are called, where that is known; their own names else. */
  names?: (name: string) => string;
}

/** What a task gave, or a run was given: readable without knowing JSON. */
export function OutputView({ value, label, names }: Props) {
  const nameOf = names ?? fieldName;
  const rows = useMemo(() => rowsOf(value), [value]);
  const shown = useMemo(() => shapeOf(rows ? null : value), [rows, value]);
  if (rows) {
    const rest = besideRows(value);
    return (
      <>
        <TableView table={rows} label={label} headings={names} />
        {Object.keys(rest).length > 0 && <OutputView value={rest} label={label} names={names} />}
      </>
    );
  }
  switch (shown.shape) {
    case 'nothing':
      return <p className={styles.nothing}>{m.data_nothing()}</p>;
    case 'table':
      return <TableView table={shown} label={label} headings={names} />;
    case 'facts':
      return (
        <dl className={styles.facts}>
          {shown.facts.map(([name, fact]) => (
            <div key={name} className={isShort(fact) ? styles.fact : styles.long}>
              <dt>{nameOf(name)}</dt>
              <dd data-selectable>
                {isShort(fact) ? (
                  <Value value={fact} />
                ) : (
                  <OutputView
                    value={names && name === LEFT_OUT ? leftOut(fact) : fact}
                    label={nameOf(name)}
                    names={names}
                  />
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
