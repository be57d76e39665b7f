/** The days of a year in weeks, as a calendar shows them. */

/** The first day of a week, as `Date.getDay` counts them: Monday. */
const FIRST = 1;

export interface Week {
  /** Midnight here at the beginning of each of its seven days. */
  days: Date[];
  /** The month that begins in it, by the midnight of its first day. */
  month: Date | undefined;
}

/** All weeks of a year, the first and the last with days of the years beside it. */
export function weeksOf(year: number): Week[] {
  const first = new Date(year, 0, 1);
  const begin = 1 - ((first.getDay() - FIRST + 7) % 7);
  const weeks: Week[] = [];
  for (let day = begin; new Date(year, 0, day).getFullYear() <= year; day += 7) {
    const days = Array.from({ length: 7 }, (_, n) => new Date(year, 0, day + n));
    const month = days.find((date) => date.getDate() === 1 && date.getFullYear() === year);
    weeks.push({ days, month });
  }
  return weeks;
}

/** When each day of these weeks begins, and at last when the last one ends. */
export function midnightsOf(weeks: readonly Week[]): Date[] {
  const days = weeks.flatMap((week) => week.days);
  const last = days.at(-1);
  if (!last) return [];
  return [...days, new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1)];
}

/** A day as the address has it: `2026-11-21`. */
export function dayWord(day: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** How full a day's bar is beside the fullest one, from 0 to 1: few are seen beside many, too. */
export function share(runs: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(runs / most);
}
