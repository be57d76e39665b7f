/**
 * A part of a draft that a form edits: the whole, a task, a stage. A form speaks of keys inside its
 * part and need not know where the part lies, not even when it lies in a string that holds JSON.
 */
import type { Edit } from '@/ipc';
import type { DraftTools } from '../draft/DraftContext';
import {
  applied,
  isObject,
  type Path,
  set,
  type View,
  type ViewObject,
  valueAt,
} from '../draft/edits';

export type Scope = Pick<DraftTools, 'view' | 'at' | 'edit' | 'put' | 'notes'>;

/** The part of a scope at a path. */
export function inside(scope: Scope, base: Path): Scope {
  const under = (path: Path) => [...base, ...path];
  return {
    view: scope.at(base),
    at: (path) => scope.at(under(path)),
    edit: (edits, burst) =>
      scope.edit(
        edits.map((edit) => moveUnder(edit, base)),
        burst,
      ),
    put: (path, value) => scope.put(under(path), value),
    notes: (path, reach) => scope.notes(under(path), reach),
  };
}

function moveUnder(edit: Edit, base: Path): Edit {
  return { ...edit, path: [...base, ...edit.path] } as Edit;
}

/** The JSON that a string of the scope holds. Each edit puts a new string in its place. */
export function insideText(scope: Scope, base: Path, parsed: View): Scope {
  const write = (view: View, burst?: string) =>
    scope.edit([set(base, JSON.stringify(view))], burst ?? `text ${base.join(' ')}`);
  return {
    view: parsed,
    at: (path) => valueAt(parsed, path),
    edit: (edits, burst) => write(edits.reduce(applied, parsed), burst),
    put: (path, value) => {
      const edit: Edit = value === undefined ? { op: 'remove', path: [...path] } : set(path, value);
      write(applied(parsed, edit), `text ${base.join(' ')} ${path.join(' ')}`);
    },
    notes: () => [],
  };
}

/** The spelling a document uses for a key that has several; the first one when it has none. */
export function spelled(view: View, ...names: [string, ...string[]]): string {
  if (!isObject(view)) return names[0];
  return names.find((name) => Object.hasOwn(view, name)) ?? names[0];
}

/** A scope's keys that no control of a form shows. */
export function otherKeys(view: View, shown: readonly string[]): string[] {
  return isObject(view) ? Object.keys(view).filter((key) => !shown.includes(key)) : [];
}

/** A value as short text: what a list or a chip shows of it. */
export function asText(value: View): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function objectsOf(value: View): ViewObject[] {
  return Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : [];
}
