import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useId, useRef, useState } from 'react';
import { useFirstKeys } from './firstKeys';
import { usePressedRow } from './pressedRow';
import { type Column, RowHead, RowLine, tracksOf } from './RowLine';
import styles from './RowList.module.css';
import { destination, joined, NOTHING, type Selection, span, state, toggled } from './selection';

/** Height of the head that stays above the rows, in pixels. */
const HEAD = 34;

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  total: number;
  /** The row at a position; `undefined` while it is not loaded. */
  at: (index: number) => Row | undefined;
  idOf: (row: Row) => string;
  onRange: (first: number, last: number) => void;
  onOpen: (row: Row) => void;
  selection?: Selection;
  onSelect?: (selection: Selection) => void;
  /** The ids from one position to another, loaded for it when they have to be. */
  idsBetween?: (first: number, last: number) => Promise<string[]>;
  onDelete?: () => void;
  rowHeight?: number;
}

/**
 * A list of any length: only the rows in sight exist. Arrow keys, Home, End, Page keys move, Enter
 * opens, Space chooses, Shift extends, Ctrl A chooses all, Delete deletes.
 */
export function RowList<Row>(props: Props<Row>) {
  const {
    label,
    columns,
    total,
    at,
    idOf,
    onRange,
    onOpen,
    selection,
    onSelect,
    rowHeight = 40,
  } = props;
  const grid = useRef<HTMLDivElement>(null);
  useFirstKeys(grid);
  const name = useId();
  const [current, setCurrent] = useState<{ index: number; id?: string }>({ index: 0 });
  const anchor = useRef(0);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: HEAD,
  });
  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => onRange(first, last), [first, last, onRange]);
  const idAt = (index: number) => {
    const row = at(index);
    return row && idOf(row);
  };
  // The current row stays the same document when others come in before it.
  const moved = rows.find((item) => current.id !== undefined && idAt(item.index) === current.id);
  const focus = moved?.index ?? Math.min(current.index, Math.max(0, total - 1));

  const go = (to: number, extend: boolean) => {
    setCurrent({ index: to, id: idAt(to) });
    virtual.scrollToIndex(to);
    if (extend) choose(to);
    else anchor.current = to;
  };
  const choose = async (to: number) => {
    const { first, last } = span(anchor.current, to);
    const ids = await props.idsBetween?.(first, last);
    if (ids) onSelect?.(joined(NOTHING, ids));
  };
  const all = async () => {
    const ids = await props.idsBetween?.(0, total - 1);
    if (ids) onSelect?.(new Set(ids));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = at(focus);
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / rowHeight) - 1);
    const to = destination(event.key, focus, total, page);
    if (to !== null) go(to, event.shiftKey && onSelect !== undefined);
    else if (event.key === 'Enter' && row) onOpen(row);
    else if (event.key === ' ' && row && selection) onSelect?.(toggled(selection, idOf(row)));
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && onSelect) void all();
    else if (event.key === 'Delete' && props.onDelete) props.onDelete();
    else if (event.key === 'Escape' && selection && selection.size > 0) onSelect?.(NOTHING);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent, index: number, row: Row) => {
    setCurrent({ index, id: idOf(row) });
    if (event.shiftKey && selection) choose(index);
    else if ((event.ctrlKey || event.metaKey) && selection)
      onSelect?.(toggled(selection, idOf(row)));
    else onOpen(row);
    if (!event.shiftKey) anchor.current = index;
  };

  const presses = usePressedRow(at, onClick);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot hold rows that do not exist
    <div
      ref={grid}
      className={styles.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-multiselectable={selection ? true : undefined}
      aria-activedescendant={total > 0 ? `${name}-${focus}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      style={tracksOf(columns, selection ? '40px' : '')}
    >
      <RowHead
        columns={columns}
        chosen={selection && state(selection, total)}
        onChooseAll={(on) => (on ? void all() : onSelect?.(NOTHING))}
      />
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} {...presses}>
        {rows.map((item) => {
          const id = idAt(item.index);
          return (
            <RowLine
              // By what it shows, so that a row never turns into another one under the pointer.
              key={id === undefined ? item.index : `row ${id}`}
              columns={columns}
              row={at(item.index)}
              id={id}
              element={`${name}-${item.index}`}
              index={item.index}
              look={item.index === focus ? 'current' : 'plain'}
              chosen={selection && id !== undefined && selection.has(id)}
              onToggle={(toggledId) => selection && onSelect?.(toggled(selection, toggledId))}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            />
          );
        })}
      </div>
    </div>
  );
}
