/** The stretches of time that statistics are told by: they begin at midnights here. */

export const SPANS = ['days', 'weeks', 'months'] as const;
export type Span = (typeof SPANS)[number];

/** When each stretch begins, and at last when the last one ends: today is in that. */
export function momentsOf(span: Span, now: Date): Date[] {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  if (span === 'days')
    return Array.from({ length: 31 }, (_, n) => new Date(year, month, day + n - 29));
  if (span === 'weeks') {
    const monday = day - ((now.getDay() + 6) % 7);
    return Array.from({ length: 27 }, (_, n) => new Date(year, month, monday + 7 * (n - 25)));
  }
  return Array.from({ length: 25 }, (_, n) => new Date(year, month + n - 23, 1));
}
