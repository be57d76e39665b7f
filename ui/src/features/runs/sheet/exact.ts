/**
 * JSON whose numbers stay as they are typed. A script's number is a float: `12345678901234567890`
 * and `1.50` would not come out of it as they went in. Such a number is a text here that no person
 * types, with a mark before its characters.
 */

const MARK = '\u0000';

/** A text in JSON's quotes, or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number that was marked, as JSON prints it. */
const MARKED = /"\\u0000(-?[\d.eE+-]+)"/g;

/** What a text says. Throws a `SyntaxError` for what is no JSON. */
export function parseExact(text: string): unknown {
  // First: what is no JSON must not become some by a mark.
  JSON.parse(text);
  const marked = text.replace(TOKENS, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked);
}

/** A value as JSON, every number as it was typed. */
export function printExact(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(MARKED, '$1');
}

/** Whether this is a number that a script cannot hold. */
export function isExactNumber(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(MARK);
}
