/** What the page of a run keeps in the address. */
import type { Status } from '@/ipc';
import { isStatus } from '../status';

export type RunTab = 'messages' | 'input';

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
}

export function runSearch(search: Record<string, unknown>): RunSearch {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const only = text(search.only);
  return {
    tab: search.tab === 'messages' || search.tab === 'input' ? search.tab : undefined,
    task: text(search.task),
    axis: search.axis === 'clock' ? 'clock' : undefined,
    q: text(search.q),
    only: isStatus(only) ? only : undefined,
    attempt: search.attempt === 'again' || search.attempt === 'last' ? search.attempt : undefined,
    path: search.path === 'critical' ? 'critical' : undefined,
  };
}
