/** What a run is started with, as a person types it and as the core takes it. */
import type { RunContextName, RunShow } from '@/ipc';
import { isFields } from '../data/shape';
import { isExactNumber, parseExact, printExact } from './exact';

export type Context = Record<string, unknown>;

/**
 * A typed value: a number, `true`, `false`, a list or an object where it is one as JSON, else text.
 * Nothing typed is nothing given. Text in quotes is text whatever stands in it.
 */
export function typedContext(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  try {
    return parseExact(trimmed);
  } catch {
    return text;
  }
}

/** A value as one types it: what {@link typedContext} would read as the same. */
export function spelledContext(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string' || isExactNumber(value)) return printExact(value);
  return typedContext(value) === value ? value : JSON.stringify(value);
}

/** The rest of the input as an object; nothing where it cannot be read as one. */
export function readRest(text: string): Context | null {
  if (text.trim() === '') return {};
  try {
    const value = parseExact(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

/** What a run was started with, as it is kept. */
export function contextOfRun(run: Pick<RunShow, 'context' | 'context_text'>): Context {
  return parseExact(run.context_text ?? JSON.stringify(run.context)) as Context;
}

/** All that is given: the rest, and over it what stands in the fields. */
export function contextOf(fields: Readonly<Record<string, string>>, rest: Context): Context {
  const typed = Object.entries(fields)
    .map(([name, text]) => [name, typedContext(text)] as const)
    .filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(typed) };
}

/** The names a run, or the one task of it that is to run, cannot do without and that are not given. */
export function missingOf(
  names: readonly RunContextName[],
  context: Context,
  only?: string,
): string[] {
  return names
    .filter(({ name, needed, used }) => {
      const counts = only === undefined || used.some((use) => use.task === only);
      return needed && counts && !Object.hasOwn(context, name);
    })
    .map(({ name }) => name);
}

/** The field that is filled in first: one that is needed and empty, else the first of all. */
export function firstField(names: readonly RunContextName[], given: Context): string | undefined {
  return missingOf(names, given)[0] ?? names[0]?.name;
}

/** What is given otherwise than before; nothing where nothing is. */
export function differing(context: Context, before: Context): Context | undefined {
  const changed = Object.entries(context).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** Input of an earlier run, spread over the fields and the rest. */
export function spread(
  context: Context,
  names: readonly string[],
): { fields: Record<string, string>; rest: string } {
  const rest = Object.entries(context).filter(([name]) => !names.includes(name));
  return {
    fields: Object.fromEntries(
      names.filter((name) => name in context).map((name) => [name, spelledContext(context[name])]),
    ),
    rest: rest.length === 0 ? '' : printExact(Object.fromEntries(rest), 2),
  };
}
