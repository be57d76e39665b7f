import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { m } from '@/i18n';
import { Icon } from './Icon';
import styles from './OrderedRows.module.css';

export interface OrderedRow {
  key: string;
  name: ReactNode;
  /** Said to assistive technology when it moves. */
  plainName: string;
  detail?: ReactNode;
  /** A second line, quieter. */
  below?: string;
  mark?: ReactNode;
}

interface Props {
  label: string;
  rows: readonly OrderedRow[];
  selected: string | null;
  onSelect: (key: string) => void;
  /** Absent where the order means nothing. */
  onMove?: (from: number, to: number) => void;
  onRemove?: (index: number) => void;
}

/** Rows whose order matters: dragged by their grip, or moved with Alt and the arrow keys. */
export function OrderedRows({ label, rows, selected, onSelect, onMove, onRemove }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [said, setSaid] = useState('');

  const placeAt = (y: number) => {
    const boxes = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const below = boxes.findIndex((box) => y < box.top + box.height / 2);
    return below === -1 ? boxes.length : below;
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>, from: number) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from, to: from });
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag) setDrag({ ...drag, to: placeAt(event.clientY) });
  };
  const onPointerUp = () => {
    if (drag) moveTo(drag.from, drag.to > drag.from ? drag.to - 1 : drag.to);
    setDrag(null);
  };
  const moveTo = (from: number, to: number) => {
    if (from === to || to < 0 || to >= rows.length) return;
    onMove?.(from, to);
    setSaid(m.moved_to({ name: rows[from]?.plainName ?? '', place: to + 1, total: rows.length }));
  };
  const focusRow = (index: number) =>
    requestAnimationFrame(() =>
      list.current?.querySelectorAll<HTMLElement>('[data-row]')[index]?.focus(),
    );
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (event.key === 'Escape' && drag) setDrag(null);
    else if (event.altKey && step !== 0 && onMove) {
      moveTo(index, index + step);
      focusRow(index + step);
    } else if (step !== 0) focusRow(index + step);
    else if (event.key === 'Delete' && onRemove) {
      onRemove(index);
      focusRow(Math.min(index, rows.length - 2));
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <ul className={styles.rows} ref={list} aria-label={label}>
        {rows.map((row, index) => (
          <li
            key={row.key}
            className={`${styles.row} ${drag?.from === index ? styles.dragged : ''}`}
            data-drop={dropMark(drag, index, rows.length)}
            data-on={row.key === selected || undefined}
          >
            {onMove && (
              <span
                className={styles.grip}
                title={m.drag_hint()}
                data-testid={`grip-${index}`}
                onPointerDown={(event) => onPointerDown(event, index)}
                onPointerMove={onPointerMove}
                onPointerUp={onPointerUp}
                onPointerCancel={() => setDrag(null)}
              >
                <Icon name="grip" />
              </span>
            )}
            <button
              type="button"
              data-row
              className={styles.open}
              aria-current={row.key === selected}
              onClick={() => onSelect(row.key)}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              <span className={styles.words}>
                <span className={styles.name}>{row.name}</span>
                {row.below && (
                  <span className={styles.below} title={row.below}>
                    {row.below}
                  </span>
                )}
              </span>
              {row.mark}
              {row.detail && <span className={styles.detail}>{row.detail}</span>}
            </button>
          </li>
        ))}
      </ul>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}

function dropMark(drag: { from: number; to: number } | null, index: number, total: number) {
  if (!drag || drag.to === drag.from || drag.to === drag.from + 1) return undefined;
  if (drag.to === index) return 'before';
  return drag.to === total && index === total - 1 ? 'after' : undefined;
}
