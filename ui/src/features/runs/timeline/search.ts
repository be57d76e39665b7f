/** What the page of a run keeps in the address. */
import type { View } from '@/components/timeline';
import type { Status } from '@/ipc';
import { isStatus } from '../status';

export type RunTab = (typeof TABS)[number];

/** The ways to look at a run beside its timeline. */
const TABS = ['graph', 'messages', 'data', 'definition', 'related'] as const;

export interface RunSearch {
  tab?: RunTab;
  task?: string;
  axis?: 'clock';
  /** Words in the names of tasks. */
  q?: string;
  /** Tasks that have come to this. */
  only?: Status;
  /** Tasks that were tried more than once, or of each the last attempt alone. */
  attempt?: 'again' | 'last';
  /** The tasks that stand on the way to the end are shown among the others. */
  path?: 'critical';
  /** What is seen of the time, where that is not all: from when on, in milliseconds after the beginning. */
  at?: number;
  /** How close that is: pixels that a second takes. */
  zoom?: number;
}

export function runSearch(search: Record<string, unknown>): RunSearch {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const only = text(search.only);
  return {
    tab: TABS.find((tab) => tab === search.tab),
    task: text(search.task),
    axis: search.axis === 'clock' ? 'clock' : undefined,
    q: text(search.q),
    only: isStatus(only) ? only : undefined,
    attempt: search.attempt === 'again' || search.attempt === 'last' ? search.attempt : undefined,
    path: search.path === 'critical' ? 'critical' : undefined,
    ...seen(search),
  };
}

/** Both of what says which part of the time is seen, or neither. */
function seen({ at, zoom }: Record<string, unknown>): Pick<RunSearch, 'at' | 'zoom'> {
  const areNumbers = typeof at === 'number' && typeof zoom === 'number' && Number.isFinite(at);
  return areNumbers && zoom > 0 && Number.isFinite(zoom) ? { at, zoom } : {};
}

/** What the address says is seen of the time. */
export function viewOf({ at, zoom }: RunSearch): View | undefined {
  return at === undefined || zoom === undefined ? undefined : { at, perMs: zoom / 1000 };
}

/** The same, for the address. */
export function seenOf(view: View | undefined): Pick<RunSearch, 'at' | 'zoom'> {
  if (!view) return { at: undefined, zoom: undefined };
  return { at: Math.round(view.at), zoom: Number((view.perMs * 1000).toPrecision(4)) };
}
