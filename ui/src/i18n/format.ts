/** Times, sizes and numbers in the language of the window. */
import { formatLocale } from './locale';
import * as m from './paraglide/messages';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function number(value: number): string {
  return new Intl.NumberFormat(formatLocale()).format(value);
}

/** Bytes as a person reads them: `812 bytes`, `4.2 MB`. */
export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(formatLocale(), {
    style: 'unit',
    unit: units[unit],
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}

/** A length of time in the unit that suits it: `30 sec`, `1.5 hr`. */
export function duration(milliseconds: number): string {
  const [unit, size] =
    milliseconds < 1000
      ? (['millisecond', 1] as const)
      : milliseconds < MINUTE
        ? (['second', 1000] as const)
        : milliseconds < HOUR
          ? (['minute', MINUTE] as const)
          : (['hour', HOUR] as const);
  return new Intl.NumberFormat(formatLocale(), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 2,
  }).format(milliseconds / size);
}

function clock(time: Date): string {
  return new Intl.DateTimeFormat(formatLocale(), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(time);
}

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

/**
 * A time in words: `just now`, `5 minutes ago`, `today 09:12`, `yesterday 14:00`, `19 Nov 02:00`.
 * Text that is no time is shown as it stands.
 */
export function when(text: string | null | undefined, now: Date = new Date()): string {
  if (!text) return '';
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const past = now.getTime() - time.getTime();
  if (past >= 0 && past < MINUTE) return m.time_now();
  if (past >= 0 && past < HOUR) {
    const relative = new Intl.RelativeTimeFormat(formatLocale(), { numeric: 'always' });
    return relative.format(-Math.floor(past / MINUTE), 'minute');
  }
  const days = Math.round((startOfDay(now) - startOfDay(time)) / (24 * HOUR));
  if (days === 0) return m.time_today({ time: clock(time) });
  if (days === 1) return m.time_yesterday({ time: clock(time) });
  const year = time.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  const day = new Intl.DateTimeFormat(formatLocale(), {
    day: 'numeric',
    month: 'short',
    year,
  }).format(time);
  return `${day} ${clock(time)}`;
}

/** The exact time, for a tooltip. */
export function exactly(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  return new Intl.DateTimeFormat(formatLocale(), { dateStyle: 'full', timeStyle: 'medium' }).format(
    time,
  );
}
