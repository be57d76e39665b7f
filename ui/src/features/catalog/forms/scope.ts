/**
 * A part of a draft that a form edits: the whole, a task, a stage. A form speaks of keys inside its
 * part and need not know where the part lies.
 */
import { useSyncExternalStore } from 'react';
import { visible } from '@/i18n';
import type { Edit } from '@/ipc';
import type { DraftTools } from '../draft/DraftContext';
import { isObject, type Path, type View, type ViewObject } from '../draft/edits';

export type Scope = Pick<
  DraftTools,
  'view' | 'at' | 'spelling' | 'edit' | 'put' | 'type' | 'typed' | 'watchTyping' | 'notes'
>;

/** The part of a scope at a path. */
export function inside(scope: Scope, base: Path): Scope {
  const under = (path: Path) => [...base, ...path];
  return {
    view: scope.at(base),
    at: (path) => scope.at(under(path)),
    spelling: (path) => scope.spelling(under(path)),
    edit: (edits, typedAt) =>
      scope.edit(
        edits.map((edit) => moveUnder(edit, base)),
        typedAt && under(typedAt),
      ),
    put: (path, value) => scope.put(under(path), value),
    type: (path, value, text) => scope.type(under(path), value, text),
    typed: (path) => scope.typed(under(path)),
    watchTyping: scope.watchTyping,
    notes: (path, reach) => scope.notes(under(path), reach),
  };
}

function moveUnder(edit: Edit, base: Path): Edit {
  return { ...edit, path: [...base, ...edit.path] } as Edit;
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

/** A name as it is shown. */
export function nameText(value: View): string {
  return visible(asText(value));
}

/** The value at a path as it is being typed: a field that uses this is drawn anew with each letter. */
export function useTyped(scope: Scope, path: Path): View {
  const typed = useSyncExternalStore(scope.watchTyping, () => scope.typed(path));
  return typed ? typed.value : scope.at(path);
}

/** What is typed at a path as short text, else what stands there, a number as the text spells it. */
export function useTypedText(scope: Scope, path: Path): string {
  const typed = useSyncExternalStore(scope.watchTyping, () => scope.typed(path));
  return typed ? asText(typed.value) : textAt(scope, path);
}

/** What stands at a path as short text, a number as the text spells it. */
export function textAt(scope: Scope, path: Path): string {
  return scope.spelling(path) ?? asText(scope.at(path));
}

/** What stands at a path as JSON on several lines, its numbers as the text spells them. */
export function jsonAt(scope: Scope, path: Path, margin = ''): string {
  const value = scope.at(path);
  if (typeof value !== 'object' || value === null)
    return scope.spelling(path) ?? JSON.stringify(value) ?? '';
  const inner = `${margin}  `;
  const isList = Array.isArray(value);
  const lines = Object.keys(value).map((key) => {
    const text = jsonAt(scope, [...path, isList ? Number(key) : key], inner);
    return isList ? `${inner}${text}` : `${inner}${JSON.stringify(key)}: ${text}`;
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${margin}${close}`;
}

export function objectsOf(value: View): ViewObject[] {
  return Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : [];
}
