/** The lines of the axis: at whole steps of elapsed time, or at whole times of the clock. */
import {
  type CountableTimeInterval,
  timeDay,
  timeHour,
  timeMillisecond,
  timeMinute,
  timeMonday,
  timeMonth,
  timeSecond,
  timeYear,
} from 'd3-time';
import { FOLD, type Stretch, type TimeScale } from './scale';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far ticks may be apart, each with the clock's interval: how many of what. */
const STEPS: readonly (readonly [number, CountableTimeInterval, number])[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map(
    (length) => [length, timeMillisecond, length] as const,
  ),
  ...[1, 5, 10, 30].map((count) => [count * SECOND, timeSecond, count] as const),
  ...[1, 2, 5, 10, 20].map((count) => [count * MINUTE, timeMinute, count] as const),
  ...[1, 3, 6, 12].map((count) => [count * HOUR, timeHour, count] as const),
  [DAY, timeDay, 1],
  [2 * DAY, timeDay, 2],
  [7 * DAY, timeMonday, 1],
  [28 * DAY, timeMonth, 1],
  [84 * DAY, timeMonth, 3],
  [168 * DAY, timeMonth, 6],
  [365 * DAY, timeMonth, 12],
];

/** Ticks are no closer than this, in pixels; those with milliseconds of the clock take more. */
const APART = 80;
const WIDE = 104;
/** No words are this close to a fold, whose own stand in it. */
const CLEAR = 30;

export interface Tick {
  /** Milliseconds after the beginning. */
  time: number;
  x: number;
}

export interface Ticks {
  /** How far they are apart in time. */
  step: number;
  ticks: Tick[];
}

/** The step of both axes at this scale. */
function stepOf({ perMs }: TimeScale, isClock: boolean) {
  const apart = (length: number) => (isClock && length < SECOND ? WIDE : APART);
  const wide = STEPS.find(([length]) => length * perMs >= apart(length)) ?? STEPS.at(-1);
  return wide ?? ([DAY, timeDay, 1] as const);
}

/** At whole steps after the beginning. */
export function elapsedTicks(scale: TimeScale): Ticks {
  const [step] = stepOf(scale, false);
  const at = ({ from, to }: Stretch) => {
    const times = [];
    for (let n = Math.ceil(from / step); n * step <= to; n += 1) times.push(n * step);
    return times;
  };
  return { step, ticks: placed(scale, at) };
}

/** At whole times of the clock here; `origin` is the beginning. */
export function clockTicks(scale: TimeScale, origin: number): Ticks {
  const [step, unit, count] = stepOf(scale, true);
  const interval = unit.every(count) ?? unit;
  const at = ({ from, to }: Stretch) =>
    interval
      .range(new Date(origin + from), new Date(origin + to + 1))
      .map((time) => +time - origin);
  return { step, ticks: placed(scale, at) };
}

export type BandUnit = 'day' | 'month' | 'year';

export interface Band {
  unit: BandUnit;
  /** When the day, month or year begins, in milliseconds after the beginning. */
  time: number;
  /** Where what is seen of it begins, and how wide that is, in pixels. */
  x: number;
  width: number;
}

/** The days, months or years that ticks so far apart are told within. */
export function bandsOf(scale: TimeScale, origin: number, step: number): Band[] {
  const [unit, interval] =
    step < DAY
      ? (['day', timeDay] as const)
      : step < 28 * DAY
        ? (['month', timeMonth] as const)
        : (['year', timeYear] as const);
  const first = interval.floor(new Date(origin + scale.time(0)));
  const end = new Date(origin + scale.time(scale.width));
  return interval.range(first, end).map((time) => {
    const x = Math.max(0, scale.x(+time - origin));
    const right = Math.min(scale.width, scale.x(+interval.offset(time, 1) - origin));
    return { unit, time: +time - origin, x, width: right - x };
  });
}

/** The times that are seen, outside of folds and not close to them or to one another. */
function placed(scale: TimeScale, at: (seen: Stretch) => number[]): Tick[] {
  const ticks: Tick[] = [];
  for (const seen of parts(scale)) {
    for (const time of at(seen)) {
      const x = scale.x(time);
      const isClear = !scale.folds.some((fold) => near(x, scale.x(fold.from)));
      const last = ticks.at(-1);
      if (isClear && (last === undefined || x - last.x >= APART * 0.75)) ticks.push({ time, x });
    }
  }
  return ticks;
}

function near(x: number, fold: number): boolean {
  return x > fold - CLEAR && x < fold + FOLD + CLEAR;
}

/** What is seen, between the folds. */
function parts({ folds, span, time, width }: TimeScale): Stretch[] {
  const first = time(0);
  const last = time(width);
  const ends = [0, ...folds.flatMap(({ from, to }) => [from, to]), span];
  const found: Stretch[] = [];
  for (let n = 0; n < ends.length; n += 2) {
    const from = Math.max(first, ends[n] ?? 0);
    const to = Math.min(last, ends[n + 1] ?? span);
    if (from <= to) found.push({ from, to });
  }
  return found;
}
