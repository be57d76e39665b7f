/**
 * In which order the tasks of a list run: what each comes after, what begins together with it, and
 * the edits that keep it so when a task comes, goes or is moved. Chains, stages and nodes say in
 * other ways what follows what; they are not meant here.
 */
import type { Edit } from '@/ipc';
import { isObject, moved, set, type ViewObject } from '../draft/edits';
import { asText, nameText, spelled } from './scope';

/** When a task begins. */
export type Turn =
  /** Only when another one calls it: a fallback, a way of a branch, what takes another one back. */
  | 'called'
  /** After these, at once with those, by their ids. */
  | { after: string[]; beside: string[] };

/** Whether tasks wait for one another, and do not say by themselves which one is next. */
export function isOrderedByAfter(rows: readonly ViewObject[]): boolean {
  return !rows.some((row) => isObject(row.transitions));
}

/** The key under which a task says what it comes after. */
export function afterKey(row: ViewObject | undefined): string {
  return spelled(row, 'dependsOn', 'depends_on', 'dependencies');
}

/** The ids of the tasks a task comes after. */
export function afterOf(row: ViewObject | undefined): string[] {
  const value = row?.[afterKey(row)];
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value.map(asText) : [asText(value)];
}

/** The ids of tasks that begin only when another one calls them. */
export function calledIds(rows: readonly ViewObject[]): Set<string> {
  const called = new Set<string>();
  for (const row of rows) {
    const reaction = row[spelled(row, 'onFailure', 'on_failure')];
    if (typeof reaction === 'string' && reaction.startsWith('fallback:'))
      called.add(reaction.slice('fallback:'.length).trim());
    if (typeof row.compensate === 'string') called.add(row.compensate.trim());
    const ways = row.action === 'branch' && isObject(row.params) ? row.params.when : undefined;
    for (const way of Array.isArray(ways) ? ways : [])
      if (isObject(way) && typeof way.task === 'string') called.add(way.task.trim());
  }
  called.delete('');
  return called;
}

/** When each task begins. */
export function turnsOf(rows: readonly ViewObject[]): Turn[] {
  const called = calledIds(rows);
  const together = new Map<string, string[]>();
  const groups = rows.map((row) => {
    const id = asText(row.id);
    if (called.has(id)) return null;
    const group = JSON.stringify([...new Set(afterOf(row))].sort());
    const others = together.get(group);
    if (others) others.push(id);
    else together.set(group, [id]);
    return group;
  });
  return rows.map((row, index) => {
    const group = groups[index];
    if (group === null || group === undefined) return 'called';
    const beside = together.get(group) ?? [];
    return { after: afterOf(row), beside: beside.filter((id) => id !== asText(row.id)) };
  });
}

/** Whether a task that names none to wait for begins together with the run. */
export function beginsAtOnce(rows: readonly ViewObject[], index: number): boolean {
  return isOrderedByAfter(rows) && !calledIds(rows).has(asText(rows[index]?.id));
}

/** What a new task at the end comes after: the last one that begins by itself. */
export function afterForNew(rows: readonly ViewObject[], order: readonly number[]): string[] {
  const called = calledIds(rows);
  const last = order
    .map((place) => asText(rows[place]?.id))
    .findLast((id) => id !== '' && !called.has(id));
  return last === undefined || !isOrderedByAfter(rows) ? [] : [last];
}

/** The edits that let those who came after a task come after what it came after, before it goes. */
export function edgesAround(rows: readonly ViewObject[], index: number): Edit[] {
  const gone = rows[index];
  const id = asText(gone?.id);
  if (id === '' || !isOrderedByAfter(rows)) return [];
  return rows.flatMap((row, place) => {
    const after = afterOf(row);
    if (place === index || !after.includes(id)) return [];
    const next = after.flatMap((one) => (one === id ? afterOf(gone) : [one]));
    return [set([place, afterKey(row)], [...new Set(next)])];
  });
}

/**
 * The edits after a move that let tasks that follow one another, each one the one above it, go on
 * doing so. None where they do not: then the order of the rows says nothing of when they run.
 */
export function chainAfterMove(
  rows: readonly ViewObject[],
  order: readonly number[],
  from: number,
  to: number,
): Edit[] {
  const ids = order.map((place) => asText(rows[place]?.id));
  const follows = (place: number, before: string | undefined) => {
    const after = afterOf(rows[place]);
    return before === undefined ? after.length === 0 : after.length === 1 && after[0] === before;
  };
  const isChain =
    isOrderedByAfter(rows) &&
    new Set(ids).size === ids.length &&
    order.every((place, index) => follows(place, ids[index - 1]));
  if (!isChain || from === to) return [];
  const isTextOrder = order.every((place, index) => place === index);
  const next = moved(order, from, to);
  return next.flatMap((place, index) => {
    const before = index === 0 ? undefined : asText(rows[next[index - 1] ?? 0]?.id);
    if (follows(place, before)) return [];
    const at = isTextOrder ? index : place;
    return [set([at, afterKey(rows[place])], before === undefined ? [] : [before])];
  });
}

/** What the rows call the tasks, by their ids. */
export function taskNames(rows: readonly ViewObject[]): Map<string, string> {
  return new Map(
    rows.map((row) => [asText(row.id), nameText(row.name ?? row.title) || nameText(row.id)]),
  );
}
