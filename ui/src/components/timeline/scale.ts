/** Where a time stands: the map from milliseconds after the beginning to pixels, with folds. */

/** From one time to another, in milliseconds after the beginning. */
export interface Stretch {
  from: number;
  to: number;
}

/** What of the whole is seen; without one, all of it. */
export interface View {
  /** Pixels that a millisecond takes. */
  perMs: number;
  /** The time at the left edge. */
  at: number;
}

export interface TimeScale {
  /** Pixels from the left edge of what is seen. */
  x: (time: number) => number;
  /** Before the beginning it is less than 0. */
  time: (x: number) => number;
  /** How wide what is seen is, in pixels. */
  width: number;
  /** How wide all of it would be. */
  whole: number;
  /** How much of it lies before the left edge, in pixels. */
  left: number;
  perMs: number;
  /** Pixels that a millisecond takes where all is seen. */
  fit: number;
  span: number;
  folds: readonly Stretch[];
}

/** What a fold takes, in pixels. */
export const FOLD = 48;
/** Room before the beginning and after the end, in pixels. */
const BEFORE = 8;
const AFTER = 16;
/** No closer than this: the width of a page is then some tens of milliseconds. */
const CLOSEST = 16;

interface Facts {
  /** How long the whole is. */
  span: number;
  /** What is folded, in its order; none touches another. */
  folds: readonly Stretch[];
  width: number;
  view: View | undefined;
}

export function timeScale({ span: told, folds, width, view }: Facts): TimeScale {
  const span = Math.max(1, told);
  const folded = folds.reduce((sum, { from, to }) => sum + to - from, 0);
  const room = Math.max(1, width - BEFORE - AFTER - folds.length * FOLD);
  const fit = room / Math.max(1, span - folded);
  const perMs = Math.max(fit, Math.min(view?.perMs ?? fit, CLOSEST));
  const times = [0];
  const places = [BEFORE];
  const add = (time: number, pixels: number) => {
    if (time <= (times.at(-1) ?? 0)) return;
    times.push(time);
    places.push((places.at(-1) ?? 0) + pixels);
  };
  for (const { from, to } of folds) {
    add(from, (from - (times.at(-1) ?? 0)) * perMs);
    add(to, FOLD);
  }
  add(span, (span - (times.at(-1) ?? 0)) * perMs);
  // A fold at the very end has its own slope, which holds for nothing after it.
  times.push((times.at(-1) ?? 0) + 1);
  places.push((places.at(-1) ?? 0) + perMs);
  const whole = (places.at(-2) ?? 0) + AFTER;
  const wanted = view ? mapped(times, places, view.at) : 0;
  const left = Math.max(0, Math.min(wanted, whole - width));
  return {
    x: (time) => mapped(times, places, time) - left,
    time: (x) => mapped(places, times, x + left),
    width,
    whole,
    left,
    perMs,
    fit,
    span,
    folds,
  };
}

/** The map of a stretch that is seen whole, from edge to edge, with nothing folded. */
export function plainScale(span: number, width: number): TimeScale {
  const perMs = width / span;
  return {
    x: (time) => time * perMs,
    time: (x) => x / perMs,
    width,
    whole: width,
    left: 0,
    perMs,
    fit: perMs,
    span,
    folds: [],
  };
}

/** Where a value lies on a line in pieces whose ends rise; before and after them the outer ones go on. */
function mapped(from: readonly number[], to: readonly number[], value: number): number {
  let low = 0;
  let high = from.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((from[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  const [a = 0, b = 1] = from.slice(low, low + 2);
  const [c = 0, d = 1] = to.slice(low, low + 2);
  return c + ((value - a) * (d - c)) / (b - a);
}

/** Closer or further by a factor, with what is at `x` left where it is. */
export function zoomed(scale: TimeScale, factor: number, x = scale.width / 2): View | undefined {
  const perMs = Math.min(scale.perMs * factor, Math.max(CLOSEST, scale.fit));
  if (perMs <= scale.fit * 1.001) return undefined;
  const next = timeScale({ ...scale, view: { perMs, at: 0 } });
  return { perMs, at: next.time(next.x(scale.time(x)) - x) };
}

/** The same closeness, so many pixels further on. */
export function panned(scale: TimeScale, pixels: number): View | undefined {
  if (scale.perMs <= scale.fit * 1.001) return undefined;
  const most = scale.whole - scale.width;
  const to = Math.max(0, Math.min(scale.left + pixels, most));
  return { perMs: scale.perMs, at: scale.time(to - scale.left) };
}

/** How close it is, from 0 (all) to 1 (closest): each step of it is as much closer as the last. */
export function closeness(scale: TimeScale): number {
  const most = Math.log(CLOSEST / scale.fit);
  return most <= 0 ? 0 : Math.log(scale.perMs / scale.fit) / most;
}

/** What is seen at that closeness, around the middle of what is seen now. */
export function atCloseness(scale: TimeScale, value: number): View | undefined {
  const most = Math.max(0, Math.log(CLOSEST / scale.fit));
  return zoomed(scale, (scale.fit * Math.exp(most * value)) / scale.perMs);
}
