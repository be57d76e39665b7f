import { type RefObject, useEffect, useRef } from 'react';
import { hearPointer } from '../pointing';
import type { Stretch, TimeScale } from './scale';

/** A press that moves further than this chooses a range, in pixels. */
const DRAG = 4;
/** How much a wheel's pixel brings closer. */
const CLOSER = 0.004;

interface Acts {
  scale: TimeScale;
  /** So much closer, with what is at `x` left where it is. */
  onZoom: (factor: number, x: number) => void;
  /** So many pixels further on. */
  onMove: (pixels: number) => void;
  onRange: (range: Stretch | null) => void;
}

/**
 * What a pointer does with the time area of a chart: the wheel with Ctrl comes closer, with Shift moves
 * along, a drag chooses a range. A press that does not move stays a press on what lies there.
 */
export function usePointer(chart: RefObject<HTMLElement | null>, acts: Acts) {
  const now = useRef(acts);
  now.current = acts;
  useEffect(() => {
    const element = chart.current;
    if (!element) return;
    let begun: { x: number; at: number; place: HTMLElement } | null = null;
    let isDrag = false;
    const area = (event: Event) => (event.target as Element).closest<HTMLElement>('[data-time]');
    const onWheel = (event: WheelEvent) => {
      const place = area(event);
      const { onZoom, onMove, scale } = now.current;
      const along = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (event.ctrlKey) {
        // Beside the times, such as over a name, it comes closer to the middle.
        const x = place ? event.clientX - place.getBoundingClientRect().left : scale.width / 2;
        onZoom(Math.exp(-event.deltaY * CLOSER), x);
      } else if (
        place &&
        along !== 0 &&
        (event.shiftKey || Math.abs(along) > Math.abs(event.deltaY))
      )
        onMove(along);
      else return;
      event.preventDefault();
      // The shell zooms the whole window with what comes to it.
      event.stopPropagation();
    };
    const onDown = (event: PointerEvent) => {
      isDrag = false;
      const place = event.button === 0 ? area(event) : null;
      if (!place) return;
      const { left } = place.getBoundingClientRect();
      begun = { x: event.clientX, at: now.current.scale.time(event.clientX - left), place };
    };
    const onMove = (event: PointerEvent) => {
      // It was let go of where nobody heard of it.
      if (event.buttons % 2 === 0) begun = null;
      if (!begun) return;
      if (!isDrag && Math.abs(event.clientX - begun.x) < DRAG) return;
      if (!isDrag) element.setPointerCapture(event.pointerId);
      isDrag = true;
      const { scale, onRange } = now.current;
      // What stands before the chart may have grown meanwhile.
      const { left } = begun.place.getBoundingClientRect();
      const to = scale.time(event.clientX - left);
      const inside = (time: number) => Math.max(0, Math.min(scale.span, time));
      onRange({ from: inside(Math.min(begun.at, to)), to: inside(Math.max(begun.at, to)) });
    };
    const onUp = () => {
      begun = null;
    };
    const onClick = (event: MouseEvent) => {
      // A press by a key has no detail, and comes of no drag.
      const isOfDrag = isDrag && event.detail > 0;
      isDrag = false;
      if (isOfDrag) {
        event.preventDefault();
        event.stopPropagation();
      } else if (!(event.target as Element).closest('button')) now.current.onRange(null);
    };
    return hearPointer(element, { onWheel, onDown, onMove, onUp, onClick });
  }, [chart]);
}
