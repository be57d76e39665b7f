/** The stretch of time that is seen of all runs, and how one moves in it. */

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Stretches that are offered. */
export const LENGTHS = { day: DAY, week: 7 * DAY, month: 30 * DAY } as const;

/** So much of a length is seen beyond now: what is planned. */
const AHEAD = 0.2;
const SHORTEST = 10 * MINUTE;
const LONGEST = 40 * 365 * DAY;
/** Moved no further than this part from where it would follow the time, it does. */
const NEAR = 0.02;
/** What follows the time moves by such parts, so that not every second is another question. */
const STEPS = 200;

/** Milliseconds since 1970. */
export interface Seen {
  since: number;
  until: number;
}

/** What the address holds of it. */
export interface WindowWish {
  /** Milliseconds before now, or all there is; a day unless told. */
  span?: number | 'all';
  /** When it ends; without it, it goes along with the time. */
  end?: string;
}

/** What of an address is a wish. */
export function windowWish(search: Record<string, unknown>): WindowWish {
  const { span, end } = search;
  const isLength = typeof span === 'number' && span >= SHORTEST && span <= LONGEST;
  const isTime = typeof end === 'string' && !Number.isNaN(Date.parse(end));
  return {
    span: span === 'all' || isLength ? span : undefined,
    end: isTime && span !== 'all' ? end : undefined,
  };
}

export function lengthOf({ span }: WindowWish): number | 'all' {
  return span ?? LENGTHS.day;
}

/** What is seen; `first` is when the first run was made. */
export function seenOf(wish: WindowWish, now: number, first: number | undefined): Seen {
  const length = lengthOf(wish);
  if (length === 'all') {
    const all = Math.max(SHORTEST, now - (first ?? now - LENGTHS.day));
    return { since: now - all * 1.01, until: now + all * 0.02 };
  }
  const whole = length * (1 + AHEAD);
  if (wish.end !== undefined) {
    const until = Date.parse(wish.end);
    return { since: until - whole, until };
  }
  const step = whole / STEPS;
  const until = Math.ceil((now + length * AHEAD) / step) * step;
  return { since: until - whole, until };
}

/** What the address holds of a stretch; one that lies as if it followed the time does. */
export function wishOf({ since, until }: Seen, now: number): WindowWish {
  const whole = until - since;
  const length = Math.round(Math.max(SHORTEST, Math.min(LONGEST, whole / (1 + AHEAD))));
  const follows = Math.abs(until - (now + length * AHEAD)) <= whole * NEAR;
  return {
    span: length === LENGTHS.day ? undefined : length,
    end: follows ? undefined : new Date(until).toISOString(),
  };
}

/** Closer or further by a factor, with one moment left where it is. */
export function closer({ since, until }: Seen, factor: number, at: number): Seen {
  const length = until - since;
  const wanted = Math.max(SHORTEST * (1 + AHEAD), Math.min(LONGEST * (1 + AHEAD), length / factor));
  const from = at - ((at - since) * wanted) / length;
  return { since: from, until: from + wanted };
}

/** The same length, so many lengths later. */
export function moved({ since, until }: Seen, lengths: number): Seen {
  const by = (until - since) * lengths;
  return { since: since + by, until: until + by };
}

/** How often what follows the time has to be told of it, in milliseconds. */
export function paceOf({ since, until }: Seen): number {
  return Math.max(1000, Math.min(MINUTE, (until - since) / STEPS));
}
