/** Ways to look at the runs that somebody keeps under a name: filters, and list, timeline or calendar. */
import type { RunView } from '@/ipc';

/** What of the address is kept; which of the kept ways is open is not part of it. */
type Search = object & { saved?: string };

/** As it is kept: the same for the same, whatever order it came in. */
export function kept({ saved: _, ...search }: Search): string {
  const told = Object.entries(search).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The address of a view; one that cannot be read is the whole list. */
export function searchOf({ name, search }: RunView): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(search);
    if (typeof told === 'object' && told !== null) return { ...told, saved: name };
  } catch {
    // A newer version may keep it otherwise.
  }
  return { saved: name };
}

/** With one more, or with another one in the place of the one that has its name. */
export function withView(views: readonly RunView[], view: RunView): RunView[] {
  const isThere = views.some(({ name }) => name === view.name);
  return isThere ? views.map((one) => (one.name === view.name ? view : one)) : [...views, view];
}

export function withoutView(views: readonly RunView[], name: string): RunView[] {
  return views.filter((view) => view.name !== name);
}

/** As it was before it was taken away; one that has its name by now stays. */
export function putBack(views: readonly RunView[], view: RunView, place: number): RunView[] {
  if (views.some(({ name }) => name === view.name)) return [...views];
  return views.toSpliced(place, 0, view);
}

/** What a list can tell beside what it always does, in the order it tells it. */
export const COLUMNS = ['actor', 'started', 'ended', 'took', 'id'] as const;
export type ColumnKey = (typeof COLUMNS)[number];

/** What it tells as long as nobody has chosen. */
export const USUAL: readonly ColumnKey[] = ['actor', 'started', 'took'];

export function columnsOf(chosen: readonly string[] | null | undefined): readonly ColumnKey[] {
  return chosen ? COLUMNS.filter((column) => chosen.includes(column)) : USUAL;
}
