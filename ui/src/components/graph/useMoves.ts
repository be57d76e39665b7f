import { type RefObject, useEffect, useRef } from 'react';
import { hearPointer } from '../pointing';

/** A press that moves further than this moves the graph, in pixels. */
const DRAG = 4;
/** How much a wheel's pixel brings closer. */
const CLOSER = 0.004;
/** What a wheel's line or page comes to, in pixels. */
const UNITS = [1, 20, 400];

interface Acts {
  /** So much closer, with what is at this place left where it is. */
  onZoom: (factor: number, at: { x: number; y: number }) => void;
  /** So many pixels further on. */
  onMove: (by: { x: number; y: number }) => void;
}

/**
 * What a pointer does with a graph: a drag and the wheel move it, the wheel with Ctrl comes closer. A press that
 * does not move stays a press on what lies there.
 */
export function useMoves(canvas: RefObject<HTMLElement | null>, acts: Acts) {
  const now = useRef(acts);
  now.current = acts;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let last: { x: number; y: number } | null = null;
    let isDrag = false;
    /** Only the first button is followed by a click. */
    let isLeft = false;
    const onWheel = (event: WheelEvent) => {
      const unit = UNITS[event.deltaMode] ?? 1;
      const [x, y] = [event.deltaX * unit, event.deltaY * unit];
      if (event.ctrlKey) {
        const { left, top } = element.getBoundingClientRect();
        const at = { x: event.clientX - left, y: event.clientY - top };
        now.current.onZoom(Math.exp(-y * CLOSER), at);
      } else now.current.onMove(event.shiftKey && x === 0 ? { x: y, y: 0 } : { x, y });
      event.preventDefault();
      // The shell zooms the whole window with what comes to it.
      event.stopPropagation();
    };
    const onDown = (event: PointerEvent) => {
      isDrag = false;
      isLeft = event.button === 0;
      if (event.button <= 1) last = { x: event.clientX, y: event.clientY };
    };
    const onMove = (event: PointerEvent) => {
      // It was let go of where nobody heard of it.
      if (event.buttons === 0) last = null;
      if (!last) return;
      const [x, y] = [last.x - event.clientX, last.y - event.clientY];
      if (!isDrag && Math.hypot(x, y) < DRAG) return;
      if (!isDrag) element.setPointerCapture(event.pointerId);
      isDrag = true;
      last = { x: event.clientX, y: event.clientY };
      now.current.onMove({ x, y });
    };
    const onUp = () => {
      last = null;
    };
    const onClick = (event: MouseEvent) => {
      // A press by a key has no detail, and comes of no drag.
      const isOfDrag = isDrag && isLeft && event.detail > 0;
      isDrag = false;
      if (!isOfDrag) return;
      event.preventDefault();
      event.stopPropagation();
    };
    return hearPointer(element, { onWheel, onDown, onMove, onUp, onClick });
  }, [canvas]);
}
