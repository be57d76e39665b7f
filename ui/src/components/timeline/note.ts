/** Where what is said of a row stands: where all of it can be read, if there is such a place. */
import type { PlacedBar } from './bars';
import type { TimeScale } from './scale';

/** It needs so much room beside the bars, in pixels. */
const NOTE = 110;
const BESIDE = 8;
/** What a letter takes, and a sign as wide as it is high, in pixels. */
const LETTER = 6.5;
const WIDE = 12.5;
/** Signs from here on are wide. */
const FIRST_WIDE = 0x2e80;

export interface NotePlace {
  left?: number | string;
  right?: number;
  maxWidth: number;
  /** Over a bar, a fold or the line of now: it has a ground of its own. */
  isOver?: boolean;
}

/** After the bars, before them, or on the last; `now` in milliseconds after the beginning. */
export function notePlace(
  bars: readonly PlacedBar[],
  words: string,
  scale: TimeScale,
  now: number,
): NotePlace | undefined {
  const { width } = scale;
  const first = bars[0];
  const last = bars.at(-1);
  const need = wide(words);
  const lies = lyingOver(scale, now);
  if (!first || !last)
    return { left: BESIDE, maxWidth: width - 2 * BESIDE, isOver: lies(BESIDE, BESIDE + need) };
  const end = last.left + last.width + BESIDE;
  const begin = (first.wait?.left ?? first.left) - BESIDE;
  const left = Math.max(0, last.left) + BESIDE;
  const room = Math.min(width, last.left + last.width) - left - BESIDE;
  const after = { left: end, maxWidth: width - end - BESIDE, isOver: lies(end, end + need) };
  const before = {
    right: width - begin,
    maxWidth: begin - BESIDE,
    isOver: lies(begin - need, begin),
  };
  const over = { left, maxWidth: room, isOver: true };
  const isAfter = width - end >= NOTE && !last.goesOn;
  if (isAfter && after.maxWidth >= need && !after.isOver) return after;
  if (begin >= NOTE && before.maxWidth >= need && !before.isOver) return before;
  if (room >= Math.max(NOTE, need)) return over;
  // Nowhere is it read whole with nothing under it.
  if (isAfter) return after;
  if (begin >= NOTE) return before;
  if (room >= NOTE) return over;
  // A bar that has just begun pushes it along until it has room for it.
  const pushed = `max(${end}px, calc(var(--now, 0px) + ${BESIDE}px))`;
  return width - end >= NOTE ? { left: pushed, maxWidth: width - end - BESIDE } : undefined;
}

/** Whether a fold or the line of now stands between two places. */
function lyingOver({ folds, x, span }: TimeScale, now: number) {
  const isLive = now < span;
  return (from: number, to: number) =>
    folds.some((fold) => x(fold.from) < to && from < x(fold.to)) ||
    (isLive && from < x(now) && x(now) < to);
}

/** About how wide words are, in pixels. */
function wide(words: string): number {
  let sum = 0;
  for (const sign of words) sum += (sign.codePointAt(0) ?? 0) < FIRST_WIDE ? LETTER : WIDE;
  return sum;
}
