/** Which rows of a list are chosen. Ids, not positions: rows move while one looks at them. */
export type Selection = ReadonlySet<string>;

export const NOTHING: Selection = new Set();

/** The same selection with this row in it or out of it. */
export function toggled(selection: Selection, id: string): Selection {
  const next = new Set(selection);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** The same selection with all of these in it. */
export function joined(selection: Selection, ids: Iterable<string>): Selection {
  return new Set([...selection, ...ids]);
}

/** The positions from an anchor to a row, in order, both included. */
export function span(anchor: number, to: number): { first: number; last: number } {
  return { first: Math.min(anchor, to), last: Math.max(anchor, to) };
}

/** Whether all, some or none of the rows are chosen. */
export function state(selection: Selection, total: number): boolean | 'some' {
  if (selection.size === 0 || total === 0) return false;
  return selection.size >= total ? true : 'some';
}

/** Where a key of a list leads from here; `null` when it leads nowhere. */
export function destination(key: string, from: number, total: number, page: number): number | null {
  if (total === 0) return null;
  const last = total - 1;
  const moves: Record<string, number> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: last,
  };
  const to = moves[key];
  return to === undefined ? null : Math.max(0, Math.min(last, to));
}
