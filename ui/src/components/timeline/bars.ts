/** Bars by pixels: wide enough to be hit, and what would lie over one another is one. */

import type { Tone } from '../Chip';
import type { IconName } from '../Icon';
import type { TimeScale } from './scale';

/** How a bar looks beside its colour, so that nothing is told by colour alone. */
export type Shape = 'solid' | 'hatched' | 'barred' | 'notched' | 'hollow';

export interface Bar {
  number: number;
  /** Milliseconds after the beginning. */
  queued: number;
  /** None before it begins. */
  began: number | null;
  /** None while it goes on. */
  ended: number | null;
  tone: Tone;
  shape: Shape;
  mark?: IconName;
  /** All of it in words. */
  title: string;
  /** How long it usually is at work. */
  usual?: Usual;
}

/** Of the last that succeeded, in milliseconds. */
export interface Usual {
  /** Half of them took at most so long. */
  median: number;
  /** Nine in ten took at most so long: what takes longer is slow. */
  p90: number;
}

export interface PlacedBar {
  /** The first and the last number of what it stands for. */
  first: number;
  last: number;
  /** Pixels from the left edge of what is seen. */
  left: number;
  width: number;
  /** What came before: the time in the queue. */
  wait: { left: number; width: number } | null;
  /** It grows with the time. */
  goesOn: boolean;
  bar: Bar;
}

/** A bar is at least so wide, in pixels. */
const LEAST = 10;

/** The bars of a row in their order, as they are drawn; `now` is where what goes on ends for now. */
export function placed(bars: readonly Bar[], scale: TimeScale, now: number): PlacedBar[] {
  const found: PlacedBar[] = [];
  for (const bar of bars) {
    const { queued, began } = bar;
    const free = found.at(-1) ? right(found.at(-1) as PlacedBar) + 1 : Number.NEGATIVE_INFINITY;
    const end = bar.ended ?? Math.max(now, began ?? queued);
    const left = scale.x(began ?? end);
    const from = Math.max(scale.x(queued), free);
    const wait = left - from >= 1 ? { left: from, width: left - from } : null;
    const goesOn = bar.ended === null;
    if (began === null) {
      // Nothing but time in the queue.
      const width = Math.max(LEAST, left - from);
      found.push({ ...one(bar), left: from, width, wait: null, goesOn, bar });
      continue;
    }
    const width = Math.max(LEAST, scale.x(end) - left);
    const before = found.at(-1);
    // Two that are long touch; only what is drawn longer than it is covers the next one.
    if (before && left < free && left + 1 < free) {
      before.last = bar.number;
      before.width = Math.max(before.width, left + width - before.left);
      before.goesOn = goesOn;
      before.bar = bar;
    } else found.push({ ...one(bar), left, width, wait, goesOn, bar });
  }
  return found.filter((bar) => right(bar) > 0 && (bar.wait?.left ?? bar.left) < scale.width);
}

function one({ number }: Bar) {
  return { first: number, last: number };
}

function right({ left, width }: PlacedBar): number {
  return left + width;
}
