/** A long text in pieces that a page can draw one by one. */

/** So many characters and lines a piece has at most. */
const CHARACTERS = 4_000;
const LINES = 60;

export interface Piece {
  text: string;
  lines: number;
}

/** The pieces of a text, cut at the ends of lines, and where a line is longer than a piece inside it. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  while (from < text.length || pieces.length === 0) {
    const { end, lines } = endOfPiece(text, from);
    const hasBreak = text[end] === '\n';
    pieces.push({ text: text.slice(from, end), lines });
    from = hasBreak ? end + 1 : end;
    if (hasBreak && from === text.length) break;
  }
  return pieces;
}

function endOfPiece(text: string, from: number): { end: number; lines: number } {
  let end = from;
  for (let lines = 1; ; lines += 1) {
    const found = text.indexOf('\n', lines === 1 ? from : end + 1);
    const next = found === -1 ? text.length : found;
    if (next - from > CHARACTERS)
      return lines === 1 ? { end: cut(text, from + CHARACTERS), lines } : { end, lines: lines - 1 };
    end = next;
    if (end === text.length || lines === LINES) return { end, lines };
  }
}

/** Not between the two halves of one character. */
function cut(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
