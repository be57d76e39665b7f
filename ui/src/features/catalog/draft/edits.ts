/**
 * Edits as the core understands them, and their effect on a parsed view. The effect is only for the
 * eye, between a key press and the core's answer; the text itself is changed by the core alone.
 */
import type { Edit, Step } from '@/ipc';

export type Path = readonly Step[];
export type View = unknown;
export type ViewObject = Record<string, View>;

export function isObject(view: View): view is ViewObject {
  return typeof view === 'object' && view !== null && !Array.isArray(view);
}

/** The list that a text holds as JSON, as some tools keep their stages; `null` where it holds none. */
export function listIn(view: View): View[] | null {
  if (typeof view !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(view);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** Change a list, be it one or a text that holds one. */
function changed(view: View, change: (list: View[]) => View[]): View {
  if (Array.isArray(view)) return change(view);
  const list = listIn(view);
  return list ? JSON.stringify(change(list)) : view;
}

/** The value at a path, which may lead into a list kept as a text; `undefined` where there is none. */
export function valueAt(view: View, path: Path): View {
  let at = view;
  for (const step of path) {
    if (typeof step === 'number') at = listIn(at) ?? at;
    if (Array.isArray(at) && typeof step === 'number') at = at[step];
    else if (isObject(at) && typeof step === 'string')
      at = Object.hasOwn(at, step) ? at[step] : undefined;
    else return undefined;
  }
  return at;
}

export const set = (path: Path, value: View): Edit =>
  ({ op: 'set', path: [...path], value }) as Edit;
/** As `set`, the value as JSON: its numbers stay as they are spelled. */
export const write = (path: Path, text: string): Edit => ({ op: 'write', path: [...path], text });
export const remove = (path: Path): Edit => ({ op: 'remove', path: [...path] });
export const insert = (path: Path, index: number, value: View): Edit =>
  ({ op: 'insert', path: [...path], index, value }) as Edit;
export const move = (path: Path, from: number, to: number): Edit => ({
  op: 'move',
  path: [...path],
  from,
  to,
});

/** A list with one item at another position. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(to, 0, item);
  return next;
}

/** The view after one edit. A path that leads nowhere changes nothing. */
export function applied(view: View, edit: Edit): View {
  switch (edit.op) {
    case 'set':
      return replaced(view, edit.path, () => edit.value);
    case 'write':
      return replaced(view, edit.path, () => asView(edit.text));
    case 'remove': {
      const last = edit.path.at(-1);
      return replaced(view, edit.path.slice(0, -1), (parent) => without(parent, last));
    }
    case 'insert':
      return replaced(view, edit.path, (value) =>
        changed(value, (list) => list.toSpliced(edit.index, 0, edit.value)),
      );
    case 'move':
      return replaced(view, edit.path, (value) =>
        changed(value, (list) => moved(list, edit.from, edit.to)),
      );
    case 'rename': {
      const last = edit.path.at(-1);
      return replaced(view, edit.path.slice(0, -1), (parent) =>
        isObject(parent)
          ? Object.fromEntries(
              Object.entries(parent).map(([key, value]) => [key === last ? edit.key : key, value]),
            )
          : parent,
      );
    }
  }
}

/** JSON as a form shows it: a number that a script does not hold as the text it is spelled as. */
export function asView(text: string): View {
  const value: unknown = JSON.parse(text);
  return typeof value === 'number' && !isHeld(text) ? text : value;
}

/** A number as JSON spells it. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

export const isNumber = (text: string) => NUMBER.test(text);

/** Whether a script's number holds all of a number's digits. */
function isHeld(text: string): boolean {
  const value = Number(text);
  const digits = (text.split(/[eE]/)[0] ?? '').replace(/[-.]/g, '').replace(/^0+/, '');
  return Number.isFinite(value) && (digits.length <= 15 || Number.isSafeInteger(value));
}

function without(parent: View, step: Step | undefined): View {
  if (typeof step === 'number') return changed(parent, (list) => list.toSpliced(step, 1));
  if (isObject(parent) && typeof step === 'string') {
    const { [step]: _gone, ...rest } = parent;
    return rest;
  }
  return parent;
}

function replaced(view: View, path: Path, change: (value: View) => View): View {
  const [step, ...rest] = path;
  if (step === undefined) return change(view);
  if (typeof step === 'number') {
    return changed(view, (list) =>
      step < list.length ? list.with(step, replaced(list[step], rest, change)) : list,
    );
  }
  if (isObject(view)) {
    const old = Object.hasOwn(view, step) ? view[step] : rest.length > 0 ? {} : undefined;
    return { ...view, [step]: replaced(old, rest, change) };
  }
  return view;
}

/** Whether two views say the same; quick where they share their parts. */
export function isSame(one: View, other: View): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return false;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === others.length &&
    // In the same order, because a form shows them in it.
    keys.every(
      (key, at) =>
        key === others[at] && isSame((one as ViewObject)[key], (other as ViewObject)[key]),
    )
  );
}

const gives = (edit: Edit) => edit.op === 'set' || edit.op === 'write';

/** Edits in order, where a later value for a path takes the place of the one right before it. */
export function coalesced(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = [];
  for (const edit of edits) {
    const last = kept.at(-1);
    if (last && gives(last) && gives(edit) && samePath(last.path, edit.path)) kept.pop();
    kept.push(edit);
  }
  return kept;
}

function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

/** A path as a JSON pointer, as findings name places (RFC 6901). */
export function pointer(path: Path): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** A JSON pointer as a path through this view. */
export function pathOf(text: string, view: View): Step[] {
  const path: Step[] = [];
  let at = view;
  for (const part of text.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(at) ? Number(key) : key;
    path.push(step);
    at = valueAt(at, [step]);
  }
  return path;
}
