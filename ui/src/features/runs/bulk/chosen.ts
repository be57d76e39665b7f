/** Which runs of the list are chosen: some by their ids, or all that fit, also those that are not loaded. */

import { joined, type Selection } from '@/components/selection';
import type { RunChangeManyInput } from '@/ipc';
import type { RunQuestion } from '../queries';

/** Stands in a selection for all runs that fit and are not loaded; no id is spelled so. */
export const REST = 'rest';

/** The same selection as the list shows it: with all that fit chosen, so is each row that is loaded. */
export function shownAs(selection: Selection, loaded: readonly string[]): Selection {
  return selection.has(REST) ? joined(selection, loaded) : selection;
}

/** What is chosen after a change of what was shown: who takes one row out has not chosen all that fit. */
export function settled(next: Selection, loaded: readonly string[]): Selection {
  if (!next.has(REST) || loaded.every((id) => next.has(id))) return next;
  const without = new Set(next);
  without.delete(REST);
  return without;
}

/** The ids from one position to another; the position behind the last loaded row stands for the rest. */
export function idsBetween(loaded: readonly string[], first: number, last: number): string[] {
  const ids = loaded.slice(first, last + 1);
  return first === 0 && last >= loaded.length ? [...ids, REST] : ids;
}

/** How a command is told which runs are meant. */
export function meant(
  selection: Selection,
  question: RunQuestion,
): Pick<RunChangeManyInput, 'ids' | 'filter'> {
  return selection.has(REST) ? { filter: question } : { ids: [...selection] };
}
