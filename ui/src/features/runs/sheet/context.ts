/** What a run is started with, as a person types it and as the core takes it. */
import { isFields } from '../data/shape';

export type Context = Record<string, unknown>;

/**
 * A typed value: a number, `true`, `false`, a list or an object where it is one as JSON, else text.
 * Nothing typed is nothing given. Text in quotes is text whatever stands in it.
 */
export function typedContext(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}

/** A value as one types it: what {@link typedContext} would read as the same. */
export function spelledContext(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  return typedContext(value) === value ? value : JSON.stringify(value);
}

/** The rest of the input as an object; nothing where it cannot be read as one. */
export function readRest(text: string): Context | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

/** All that is given: the rest, and over it what stands in the fields. */
export function contextOf(fields: Readonly<Record<string, string>>, rest: Context): Context {
  const typed = Object.entries(fields)
    .map(([name, text]) => [name, typedContext(text)] as const)
    .filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(typed) };
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
    rest: rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest), null, 2),
  };
}
