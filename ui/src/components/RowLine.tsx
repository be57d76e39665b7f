import type { CSSProperties, ReactNode } from 'react';
import { m } from '@/i18n';
import styles from './RowList.module.css';
import { Tick } from './Tick';

export interface Column<Row> {
  key: string;
  title: ReactNode;
  /** A track of the grid, such as `minmax(0, 1fr)` or `140px`. */
  width: string;
  align?: 'end';
  /**
   * `spare` gives way where the list is narrow, as with text twice as large; `roomy` is there only
   * where there is room for everything.
   */
  place?: 'spare' | 'roomy';
  cell: (row: Row) => ReactNode;
}

/** The tracks of a row: all of them, those that stay without much room, and where the list is narrow. */
export function tracksOf<Row>(columns: readonly Column<Row>[], start: string): CSSProperties {
  const widths = (shown: readonly Column<Row>[]) =>
    [start, ...shown.map((column) => column.width)].join(' ');
  return {
    '--tracks': widths(columns),
    '--most-tracks': widths(columns.filter((column) => column.place !== 'roomy')),
    '--few-tracks': widths(columns.filter((column) => column.place === undefined)),
  } as CSSProperties;
}

function cellClass<Row>({ align, place }: Column<Row>): string {
  return [styles.cell, align && styles.end, place && styles[place]].filter(Boolean).join(' ');
}

interface HeadProps<Row> {
  columns: readonly Column<Row>[];
  /** Which of the rows are chosen; absent where rows cannot be. */
  chosen?: boolean | 'some';
  onChooseAll: (on: boolean) => void;
}

/* biome-ignore-start lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: the grid holds the focus for its rows */

/** The head of a list, which stays above the rows. */
export function RowHead<Row>({ columns, chosen, onChooseAll }: HeadProps<Row>) {
  return (
    <div className={styles.head} role="row" aria-rowindex={1}>
      {chosen !== undefined && (
        <div role="columnheader" className={styles.cell}>
          <Tick label={m.choose_all()} state={chosen} onChange={onChooseAll} />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.key} role="columnheader" className={cellClass(column)}>
          {column.title || <span className="visually-hidden">{m.column_actions()}</span>}
        </div>
      ))}
    </div>
  );
}

interface LineProps<Row> {
  columns: readonly Column<Row>[];
  /** `undefined` while it is not loaded. */
  row: Row | undefined;
  id: string | undefined;
  /** The id of its element, by which the list names its current row. */
  element: string;
  /** From 0. */
  index: number;
  look: 'plain' | 'current';
  /** Absent where rows cannot be chosen. */
  chosen?: boolean;
  onToggle: (id: string) => void;
  style: CSSProperties;
}

/** One row of a list. */
export function RowLine<Row>({ columns, row, id, index, chosen, ...rest }: LineProps<Row>) {
  const cellOf = ({ key }: Column<Row>) => `${rest.element}-${key}`;
  return (
    <div
      id={rest.element}
      role="row"
      // What a row is called is told of all its cells: WebKit finds no name in them by itself.
      aria-labelledby={columns.map(cellOf).join(' ')}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-testid={id && `row-${id}`}
      className={`${styles.row} ${styles[rest.look]} ${chosen ? styles.chosen : ''}`}
      style={rest.style}
    >
      {chosen !== undefined && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keeps the box's click from opening the row
        <div role="gridcell" className={styles.cell} onClick={(event) => event.stopPropagation()}>
          {id && (
            <Tick
              label={m.choose_row()}
              state={chosen}
              onChange={() => rest.onToggle(id)}
              excludeFromTabOrder
            />
          )}
        </div>
      )}
      {columns.map((column) => (
        <div key={column.key} id={cellOf(column)} role="gridcell" className={cellClass(column)}>
          {row ? column.cell(row) : <span className={styles.waiting} />}
        </div>
      ))}
    </div>
  );
}
/* biome-ignore-end lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above */
