/**
 * Names come from files of anybody. What would turn the direction of the words around them, break the
 * line or not be seen at all stands on the screen as an escape (`\u{202e}`), as in the command line;
 * the text itself stays as it is. `base.css` keeps letters of the other direction to themselves.
 */

/** Controls, separators of lines, and the marks and overrides of direction. */
const ACTING = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A name as it may be shown. */
export function visible(name: string): string {
  return name.replace(
    ACTING,
    (acting) => SHORT[acting] ?? `\\u{${acting.codePointAt(0)?.toString(16)}}`,
  );
}

/** Running text as it may be shown, its lines and tabs as they are. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[^\n\t]+/g, visible);
}

/** A text of several lines as it may be shown, each on a line of its own. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visible).join('\n');
}
