/** Boxes that could not be told apart, or of which one would hide another, are one. */
import type { Mark } from './marks';
import { added, sharesOf } from './shares';

/** What tells its status by a sign has room for it; others are at least so wide, in pixels. */
const LEAST = 4;
export const SIGN = 10;
/** What a number and a digit of it take in a box of several statuses, in pixels. */
const NUMBER = 13;
const DIGIT = 7;
/** So much of a box in one piece is seen, or it is one with what lies over it, in pixels. */
const GRIP = 6;

/** How wide a box is at least. */
export function leastOf(mark: Pick<Mark, 'kind'> & Parameters<typeof sharesOf>[0]): number {
  const shares = sharesOf(mark);
  if (shares.length > 1) return NUMBER + DIGIT * `${mark.runs}`.length;
  const [only] = shares;
  return only?.share === 'succeeded' ? LEAST : SIGN;
}

/** Boxes of runs, of which each can be pointed at; none reaches beyond `now`, in pixels. */
export function merged(marks: readonly Mark[], now: number): Mark[] {
  let found = marks.map((mark) => within(mark, now));
  for (let before = Number.POSITIVE_INFINITY; found.length < before; ) {
    before = found.length;
    const open = found.filter(({ kind }) => kind === 'open');
    const chunks = besides(
      found.filter(({ kind }) => kind === 'chunk'),
      now,
    );
    found = uncovered(open, chunks, now);
  }
  return found;
}

/** What ends now goes back from there where it is too narrow. */
function within(mark: Mark, now: number): Mark {
  const over = mark.left + mark.width - now;
  return over > 0 ? { ...mark, left: mark.left - over } : mark;
}

/** Boxes of runs that have ended, none over another. */
function besides(chunks: readonly Mark[], now: number): Mark[] {
  const found: Mark[] = [];
  for (const chunk of [...chunks].sort((a, b) => a.left - b.left)) {
    const last = found.at(-1);
    if (last && chunk.left < last.left + last.width)
      found[found.length - 1] = one(last, chunk, now);
    else found.push(chunk);
  }
  return found;
}

/** What has not ended lies under what has; a box of which no piece is left to be seen is one with what is over it. */
function uncovered(open: readonly Mark[], chunks: readonly Mark[], now: number): Mark[] {
  const under = [...open].sort((a, b) => a.left - b.left);
  for (const [at, mark] of under.entries()) {
    const over = [...under.slice(at + 1), ...chunks].filter((other) => isOver(other, mark));
    if (over.length === 0 || seenPiece(mark, over) >= GRIP) continue;
    const rest = [...under.filter((other) => other !== mark), ...chunks];
    // With the one that hides most of it: what that lies over is looked at again.
    const by = over.reduce((most, other) =>
      shared(other, mark) > shared(most, mark) ? other : most,
    );
    return rest.map((other) => (other === by ? one(mark, by, now) : other));
  }
  return [...under, ...chunks];
}

function isOver(other: Mark, mark: Mark): boolean {
  return shared(other, mark) > 0;
}

function shared(a: Mark, b: Mark): number {
  return Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
}

/** The longest piece of a box that nothing lies over, in pixels. */
function seenPiece({ left, width }: Mark, over: readonly Mark[]): number {
  let from = left;
  let longest = 0;
  for (const other of [...over].sort((a, b) => a.left - b.left)) {
    longest = Math.max(longest, other.left - from);
    from = Math.max(from, other.left + other.width);
  }
  return Math.max(longest, left + width - from);
}

/** Two boxes as one. */
function one(a: Mark, b: Mark, now: number): Mark {
  const kind = a.kind === 'open' && b.kind === 'open' ? 'open' : 'chunk';
  const left = Math.min(a.left, b.left);
  const both: Mark = {
    ...added(a, b),
    kind,
    left,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    made: {
      since: Math.min(a.made.since, b.made.since),
      until: Math.max(a.made.until, b.made.until),
    },
    to: Math.max(a.to, b.to),
  };
  return within({ ...both, width: Math.max(both.width, leastOf(both)) }, now);
}
