/** Where nothing goes on, and which of it is folded. */
import { FOLD, type Stretch } from './scale';

/** A gap that is longer than this part of what is shown is folded. */
const PART = 10;
/** What is shorter is never worth a fold, in milliseconds. */
const LEAST = 1000;

/** What lies between these stretches, from the beginning to `span`. */
export function gaps(busy: readonly Stretch[], span: number): Stretch[] {
  const found: Stretch[] = [];
  let free = 0;
  for (const { from, to } of [...busy].sort((a, b) => a.from - b.from)) {
    if (from > free) found.push({ from: free, to: Math.min(from, span) });
    free = Math.max(free, to);
  }
  if (free < span) found.push({ from: free, to: span });
  return found;
}

/**
 * The gaps that are folded, in the order of time: the longest first, as long as one takes more than a
 * tenth of what is still shown, and all folds together no more than half of the width.
 */
export function folded(idle: readonly Stretch[], span: number, width: number): Stretch[] {
  const most = Math.max(1, Math.floor(width / 2 / FOLD));
  const chosen: Stretch[] = [];
  let shown = span;
  for (const gap of [...idle].sort((a, b) => b.to - b.from - (a.to - a.from))) {
    const length = gap.to - gap.from;
    if (length < LEAST || length * PART <= shown || chosen.length === most) break;
    chosen.push(gap);
    shown -= length;
  }
  return chosen.sort((a, b) => a.from - b.from);
}
