/**
 * Which row a click means: the one under the pointer when the button went down. Rows may move
 * between press and release, because a change made elsewhere has come in; then the release lies on
 * another row, and acting on that one would open what nobody pointed at.
 */
import { type MouseEvent, type PointerEvent, useRef } from 'react';

/** How far a hand may slip between press and release of one click, in pixels. */
const SLIP = 6;

interface Pressed<Row> {
  index: number;
  row: Row | undefined;
  element: Element;
  x: number;
  y: number;
}

interface Handlers {
  onPointerDownCapture: (event: PointerEvent) => void;
  onClick: (event: MouseEvent) => void;
}

/** Handlers for the element that holds the rows; each row carries its `aria-rowindex`. */
export function usePressedRow<Row>(
  at: (index: number) => Row | undefined,
  onClick: (event: MouseEvent, index: number, row: Row) => void,
): Handlers {
  const pressed = useRef<Pressed<Row>>(null);
  return {
    onPointerDownCapture: (event) => {
      const found = rowUnder(event.target);
      pressed.current = found && {
        ...found,
        row: at(found.index),
        x: event.clientX,
        y: event.clientY,
      };
    },
    onClick: (event) => {
      const press = pressed.current;
      pressed.current = null;
      // A click without a press comes from a screen reader: it names the row itself.
      const found = rowUnder(event.target);
      const meant = press ?? (found && { ...found, row: at(found.index) });
      if (!meant?.row) return;
      if (press && !isOneClick(press, event)) return;
      onClick(event, meant.index, meant.row);
    },
  };
}

/** Not the end of a drag from one row to another. */
function isOneClick<Row>(press: Pressed<Row>, event: MouseEvent): boolean {
  return (
    press.element.contains(event.target as Node) ||
    Math.hypot(event.clientX - press.x, event.clientY - press.y) <= SLIP
  );
}

function rowUnder(target: EventTarget): { index: number; element: Element } | null {
  const element = target instanceof Element ? target.closest('[aria-rowindex]') : null;
  // The head of the grid is row 1.
  return element && { index: Number(element.getAttribute('aria-rowindex')) - 2, element };
}
