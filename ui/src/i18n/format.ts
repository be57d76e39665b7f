/** Times, sizes and numbers in the language of the window. */
import { formatLocale, locale } from './locale';
import { m } from './messages';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What `Intl` writes, with the space that stands between Chinese and Latin letters or digits here: `3 分钟前`. */
function spaced(text: string): string {
  if (locale() !== 'zh-CN') return text;
  return text.replace(/(?<=\p{Script=Han})(?=\w)|(?<=\w)(?=\p{Script=Han})/gu, ' ');
}

export function number(value: number): string {
  return new Intl.NumberFormat(formatLocale()).format(value);
}

/** A number where there is little room: `9,653`, `14K`. */
export function briefly(value: number): string {
  if (value < 10_000) return number(value);
  return new Intl.NumberFormat(formatLocale(), { notation: 'compact' }).format(value);
}

/** `02:00 and 14:00`. */
export function together(parts: readonly string[]): string {
  return spaced(new Intl.ListFormat(formatLocale(), { type: 'conjunction' }).format(parts));
}

/** Bytes as a person reads them, in both languages: `812 B`, `4.2 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const format = new Intl.NumberFormat(formatLocale(), {
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  });
  return `${format.format(size)}\u00a0${units[unit]}`;
}

/** A day that was a Sunday, from which the names of the others are counted. */
const SUNDAY = Date.UTC(2026, 10, 1);

/** The name of a day of the week; 0 and 7 are Sunday. */
export function weekdayName(weekday: number): string {
  const name = new Intl.DateTimeFormat(formatLocale(), { weekday: 'long', timeZone: 'UTC' });
  return name.format(SUNDAY + weekday * 24 * HOUR);
}

/** The parts of a length of time that are told: `14m 21s`, `4.2s`, `3h 5m`. */
function parts(milliseconds: number): [number, string, number][] {
  const seconds = milliseconds / 1000;
  if (milliseconds < 1000) return [[Math.round(milliseconds), 'millisecond', 0]];
  if (seconds < 9.95) return [[seconds, 'second', 1]];
  // As clocks count: what began a minute and a half ago has not taken two.
  const whole = Math.max(10, Math.floor(seconds));
  if (whole < 60) return [[whole, 'second', 0]];
  const [big, small, size] =
    whole < 3600
      ? (['minute', 'second', 60] as const)
      : whole < 86_400
        ? (['hour', 'minute', 3600] as const)
        : (['day', 'hour', 86_400] as const);
  const rest = Math.floor((whole % size) / (size === 86_400 ? 3600 : size / 60));
  return [
    [Math.floor(whole / size), big, 0],
    ...(rest > 0 ? [[rest, small, 0] as [number, string, number]] : []),
  ];
}

type Parts = readonly [number, string, number][];

/** These parts of a length in words, one after another. */
function told(lengths: Parts, display: 'narrow' | 'long'): string {
  const words = lengths.map(([value, unit, digits]) =>
    new Intl.NumberFormat(formatLocale(), {
      style: 'unit',
      unit,
      // Narrow, it would be `ms` in Chinese, too.
      unitDisplay: unit === 'millisecond' && locale() === 'zh-CN' ? 'long' : display,
      maximumFractionDigits: digits,
    }).format(value),
  );
  const list = new Intl.ListFormat(formatLocale(), { type: 'unit', style: 'narrow' });
  return spaced(list.format(words));
}

/** How long something took, in the two units that say it best: `14m 21s`. */
export function took(milliseconds: number): string {
  return told(parts(Math.max(0, milliseconds)), 'narrow');
}

/** The same as one says it: `14 minutes 21 seconds`. */
export function spoken(milliseconds: number): string {
  return told(parts(Math.max(0, milliseconds)), 'long');
}

/** A length in its largest unit alone, for where there is little room: `14m`. */
export function shortly(milliseconds: number): string {
  return told(parts(Math.max(0, milliseconds)).slice(0, 1), 'narrow');
}

/** A time after a beginning, exactly: `0`, `500ms`, `1m 30s`, `1h 1.25s`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds < 1000) return took(milliseconds);
  const units = [
    [86_400_000, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [1000, 'second'],
  ] as const;
  let rest = milliseconds;
  const exact: [number, string, number][] = [];
  for (const [size, unit] of units) {
    const value = unit === 'second' ? rest / size : Math.floor(rest / size);
    if (value > 0) exact.push([value, unit, 3]);
    rest %= size;
  }
  return told(exact, 'narrow');
}

function clock(time: Date, second?: '2-digit'): string {
  return new Intl.DateTimeFormat(formatLocale(), {
    hour: '2-digit',
    minute: '2-digit',
    second,
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
    return spaced(relative.format(-Math.floor(past / MINUTE), 'minute'));
  }
  return dated(text, now);
}

/** A time as a title has it, which does not grow old while one looks: `today 09:12`, `19 Nov 02:00`. */
export function dated(text: string, now: Date = new Date()): string {
  return datedTo(text, undefined, now);
}

/** The same among others that stand beside it: to the second where one of these is of the same minute. */
export function datedAmong(
  text: string,
  others: readonly string[],
  now: Date = new Date(),
): string {
  const minute = Math.floor(Date.parse(text) / MINUTE);
  const isAlike = (other: string) =>
    other !== text && Math.floor(Date.parse(other) / MINUTE) === minute;
  return datedTo(text, others.some(isAlike) ? '2-digit' : undefined, now);
}

function datedTo(text: string, second: '2-digit' | undefined, now: Date): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const days = Math.round((startOfDay(now) - startOfDay(time)) / (24 * HOUR));
  if (days === 0) return m.time_today({ time: clock(time, second) });
  if (days === 1) return m.time_yesterday({ time: clock(time, second) });
  const year = time.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  const day = new Intl.DateTimeFormat(formatLocale(), {
    day: 'numeric',
    month: 'short',
    year,
  }).format(time);
  return `${spaced(day)} ${clock(time, second)}`;
}

/** A day, as an axis has it at midnight: `19 Nov`. */
export function day(time: Date): string {
  return spaced(
    new Intl.DateTimeFormat(formatLocale(), { day: 'numeric', month: 'short' }).format(time),
  );
}

/** Parts of a day's date, as a calendar has them: `Fri 20 Nov`, `November 2026`. */
export function dateWith(time: Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${formatLocale()} ${JSON.stringify(options)}`;
  // A year of days is named at once, and to make a format takes longer than to use it.
  const format = dateFormats.get(key) ?? new Intl.DateTimeFormat(formatLocale(), options);
  dateFormats.set(key, format);
  return spaced(format.format(time));
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** The time of day to the minute: `02:14`. */
export function hour(time: Date): string {
  return clock(time);
}

/** The time of day to the second, for what people did: `02:14:03`. */
export function timeOfDay(text: string): string {
  return moment(text).replace(/\.\d{3}$/, '');
}

/** The time of day to the millisecond, as a log has it: `02:14:03.118`. */
export function moment(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const two = (value: number) => String(value).padStart(2, '0');
  const millis = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${millis}`;
}

/** The exact time, for a tooltip. */
export function exactly(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const format = new Intl.DateTimeFormat(formatLocale(), {
    dateStyle: 'full',
    timeStyle: 'medium',
  });
  return spaced(format.format(time));
}
