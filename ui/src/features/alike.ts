/** What tells rows of one name apart: when each of them began. */
import { datedAmong } from '@/i18n';

/**
 * When a row began, in words, where another one of the list has its name; to the second where these began in one
 * minute. Nothing where its name is its own.
 */
export function beginsApart<Row>(
  rows: readonly Row[],
  of: (row: Row) => { name: string; at: string },
): (row: Row) => string | undefined {
  const times = new Map<string, string[]>();
  for (const { name, at } of rows.map(of)) times.set(name, [...(times.get(name) ?? []), at]);
  return (row) => {
    const { name, at } = of(row);
    const alike = times.get(name) ?? [];
    return alike.length > 1 ? datedAmong(at, alike) : undefined;
  };
}
