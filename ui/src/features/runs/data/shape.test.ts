import { expect, it } from 'vitest';
import { cellText, isShort, rowsOf, shapeOf } from './shape';

it('shows the rows of a query in the order of its columns', () => {
  const output = { rows: [{ b: 1, a: 2 }], columns: ['a', 'b'] };
  expect(rowsOf(output)).toEqual({ shape: 'table', columns: ['a', 'b'], rows: [{ b: 1, a: 2 }] });
});

it('has every column that some record has', () => {
  const records = [{ key: 1 }, { key: 2, note: 'x' }];
  expect(rowsOf({ records })?.columns).toEqual(['key', 'note']);
});

it('takes no other output for rows', () => {
  expect(rowsOf({ rows: [1, 2] })).toBeNull();
  expect(rowsOf({ affected: 1 })).toBeNull();
  expect(rowsOf('rows')).toBeNull();
});

it.each([
  [null, 'nothing'],
  ['', 'nothing'],
  [[], 'nothing'],
  [{}, 'nothing'],
  ['two\nlines', 'text'],
  [0, 'text'],
  [[{ a: 1 }], 'table'],
  [[1, 2], 'json'],
  [{ a: 1 }, 'facts'],
])('%j is shown as %s', (value, shape) => {
  expect(shapeOf(value).shape).toBe(shape);
});

it('tells short values beside their names', () => {
  expect(isShort(false)).toBe(true);
  expect(isShort('a\nb')).toBe(false);
  expect(isShort([1])).toBe(false);
  expect(cellText({ a: null })).toBe('{"a":null}');
});
