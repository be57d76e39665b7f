import { type RefObject, useEffect, useRef } from 'react';
import type { TimeScale } from './scale';

/** Milliseconds between two steps, where somebody wants little motion. */
const CALM = 1000;

interface Live {
  scale: TimeScale;
  /** The beginning, as the clock has it. */
  origin: number;
  /** Nothing moves where it has ended or cannot be read. */
  isLive: boolean;
  /** Steps are at least so far apart, in milliseconds. */
  least: number;
  /** What is told when the time has come to the end of what is drawn. */
  onPast: (now: number) => void;
}

/**
 * Moves "now": the one thing that is written with each step is a custom property of the chart, which
 * its line and its growing bars follow. A step comes no sooner than it moves half a pixel.
 */
export function useLive(chart: RefObject<HTMLElement | null>, live: Live) {
  const { scale, origin, isLive, least } = live;
  const past = useRef(live.onPast);
  past.current = live.onPast;
  useEffect(() => {
    const element = chart.current;
    if (!element) return;
    if (!isLive) {
      // Pixels of a scale that may be another one by now.
      element.style.removeProperty('--now');
      return;
    }
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const wait = Math.max(least, isCalm ? CALM : 0, Math.min(60_000, 0.5 / scale.perMs));
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    let written: number | undefined;
    const step = () => {
      const now = Date.now() - origin;
      if (now > scale.span) past.current(now);
      else {
        // Whole pixels: a line between two of them is drawn on both.
        const x = Math.round(scale.x(Math.max(0, now)));
        if (x !== written) element.style.setProperty('--now', `${x}px`);
        written = x;
      }
      // A window that is out of sight draws no frames, so that nothing is done in it.
      timer = setTimeout(() => {
        frame = requestAnimationFrame(step);
      }, wait);
    };
    step();
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [chart, scale, origin, isLive, least]);
}
