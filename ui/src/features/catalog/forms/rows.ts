/** Lists of a document that a form shows as rows: stages, tasks, milestones, transitions. */
import type { Edit } from '@/ipc';
import {
  insert,
  isObject,
  listIn,
  move,
  moved,
  type Path,
  remove,
  set,
  type ViewObject,
} from '../draft/edits';
import { inside, objectsOf, type Scope, spelled } from './scope';

export interface RowsScope {
  scope: Scope;
  /** The rows as they lie in the text. */
  rows: ViewObject[];
  /** Positions in the order in which they are shown. */
  order: number[];
  row: (index: number) => Scope;
  add: (value: ViewObject) => void;
  /** Take a row away, after these edits of the rows that speak of it. */
  remove: (index: number, before?: readonly Edit[]) => void;
  /** Move the row shown at one place to another, and then make these edits. */
  move: (from: number, to: number, after?: readonly Edit[]) => void;
}

/** The list at a path, be it a list or a text that holds one; `null` when it is neither. */
export function rowsAt(scope: Scope, path: Path): RowsScope | null {
  const value = scope.at(path);
  if (value === undefined) return emptyRows(scope, path);
  const list = Array.isArray(value) ? value : listIn(value);
  return list && rowsOf(inside(scope, path), objectsOf(list));
}

function emptyRows(scope: Scope, path: Path): RowsScope {
  return {
    scope: inside(scope, path),
    rows: [],
    order: [],
    row: () => inside(scope, path),
    add: (value) => scope.edit([set(path, [value])]),
    remove: () => undefined,
    move: () => undefined,
  };
}

function rowsOf(scope: Scope, rows: ViewObject[]): RowsScope {
  const order = shownOrder(rows);
  return {
    scope,
    rows,
    order,
    row: (index) => inside(scope, [index]),
    add: (value) => scope.edit([insert([], rows.length, numbered(rows, value))]),
    remove: (index, before = []) => scope.edit([...before, remove([index])]),
    move: (from, to, after = []) => {
      if (from !== to) scope.edit([...moveEdits(rows, order, from, to), ...after]);
    },
  };
}

function orderKey(row: ViewObject): string {
  return spelled(row, 'order', 'order_index');
}

function orderOf(row: ViewObject): number | null {
  const value = row[orderKey(row)];
  return typeof value === 'number' ? value : null;
}

/** By the rows' own `order` where all have one, else as they lie. */
export function shownOrder(rows: readonly ViewObject[]): number[] {
  const places = rows.map((_, index) => index);
  if (rows.length === 0 || rows.some((row) => orderOf(row) === null)) return places;
  return places.sort(
    (a, b) => (orderOf(rows[a] ?? {}) ?? 0) - (orderOf(rows[b] ?? {}) ?? 0) || a - b,
  );
}

/** A new row, with the next `order` where the others carry one. */
function numbered(rows: readonly ViewObject[], value: ViewObject): ViewObject {
  const numbers = rows.map(orderOf);
  if (rows.length === 0 || numbers.some((number) => number === null)) return value;
  const key = orderKey(rows[0] ?? {});
  return { ...value, [key]: Math.max(...numbers.map((number) => number ?? 0)) + 1 };
}

/**
 * The edits that bring the row shown at `from` to `to`: rows that carry their order as a number get
 * the numbers of their new places, and where text and numbers agreed, the text moves as well.
 */
export function moveEdits(
  rows: readonly ViewObject[],
  order: readonly number[],
  from: number,
  to: number,
): Edit[] {
  const isTextOrder = order.every((place, index) => place === index);
  const numbers = order.map((place) => orderOf(rows[place] ?? {}));
  const after = moved(order, from, to);
  const edits: Edit[] = isTextOrder ? [move([], from, to)] : [];
  if (numbers.some((number) => number === null)) return edits;
  after.forEach((place, index) => {
    const row = rows[place];
    const wanted = numbers[index];
    if (!isObject(row) || orderOf(row) === wanted) return;
    edits.push(set([isTextOrder ? index : place, orderKey(row)], wanted));
  });
  return edits;
}
