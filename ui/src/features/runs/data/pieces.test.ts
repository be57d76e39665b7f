import { expect, it } from 'vitest';
import { piecesOf } from './pieces';

const texts = (text: string) => piecesOf(text).map((piece) => piece.text);

it('leaves a short text whole', () => {
  expect(piecesOf('a\nb')).toEqual([{ text: 'a\nb', lines: 2 }]);
  expect(texts('')).toEqual(['']);
});

it('cuts at the ends of lines and loses none', () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}`);
  const pieces = piecesOf(lines.join('\n'));
  expect(pieces.length).toBeGreaterThan(10);
  expect(pieces.map((piece) => piece.text).join('\n')).toBe(lines.join('\n'));
  expect(pieces.reduce((sum, piece) => sum + piece.lines, 0)).toBe(1000);
});

it('cuts a line that is longer than a piece, and no character', () => {
  const long = `x${'😀'.repeat(5000)}`;
  const pieces = texts(long);
  expect(pieces.join('')).toBe(long);
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(4000);
});
