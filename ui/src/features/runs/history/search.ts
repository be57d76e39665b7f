/** What the address holds of the ways to look at all runs. */
import { type WindowWish, windowWish } from './window';

export const VIEWS = ['list', 'timeline', 'calendar'] as const;
export type View = (typeof VIEWS)[number];

export interface HistorySearch extends WindowWish {
  /** The list, unless told. */
  view?: Exclude<View, 'list'>;
  /** Of the calendar; this one unless told. */
  year?: number;
}

export function historySearch(search: Record<string, unknown>): HistorySearch {
  const { view, year } = search;
  return {
    view: view === 'timeline' || view === 'calendar' ? view : undefined,
    year: typeof year === 'number' && year > 1969 && year < 10_000 ? year : undefined,
    ...windowWish(search),
  };
}
