/** The stretch of time that a list is asked for, as the address holds it and as the core takes it. */

/** Stretches that end now, by their words in the address. */
const SPANS = { day: 1, week: 7, month: 30 } as const;
export type Span = keyof typeof SPANS;

const DAY = 86_400_000;

/** In the place of a begin while days are chosen and none is given. */
export const DAYS = 'days';

/** A span's word, {@link DAYS}, a moment (RFC 3339) or a day (`2026-11-21`). */
export type Begin = string;

export interface Period {
  since?: Begin;
  /** A day, itself included, or a moment, before which. */
  until?: string;
}

export function isSpan(word: string | undefined): word is Span {
  return word !== undefined && word in SPANS;
}

function isDay(word: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(word);
}

/** Midnight at the beginning of a day here, so many days later. */
function midnight(day: string, later: number): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later);
}

/** The moments a period begins and ends at, for the core: from the first on, before the second. */
export function momentsOf({ since, until }: Period, now: Date): { since?: string; until?: string } {
  return {
    since: since && beginOf(since, now),
    until: until && endOf(until),
  };
}

function endOf(until: string): string | undefined {
  if (isDay(until)) return midnight(until, 1).toISOString();
  return isMoment(until) ? until : undefined;
}

function isMoment(word: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T/.test(word) && !Number.isNaN(Date.parse(word));
}

function beginOf(since: Begin, now: Date): string | undefined {
  if (since === DAYS) return undefined;
  if (isSpan(since)) return new Date(now.getTime() - SPANS[since] * DAY).toISOString();
  return isDay(since) ? midnight(since, 0).toISOString() : since;
}

/** The day of a moment here, as a field of a day takes it. */
export function dayOf(moment: string | undefined): string | undefined {
  if (moment === undefined || moment === DAYS || isSpan(moment)) return undefined;
  if (isDay(moment)) return moment;
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return undefined;
  const two = (part: number) => String(part).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}
