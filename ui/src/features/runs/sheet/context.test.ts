import { expect, it } from 'vitest';
import { contextOf, readRest, spelledContext, spread, typedContext } from './context';

it.each([
  ['', undefined],
  ['  ', undefined],
  ['2026-11', '2026-11'],
  ['007', '007'],
  ['12', 12],
  ['true', true],
  ['"12"', '12'],
  ['[1, 2]', [1, 2]],
  ['it’s', 'it’s'],
])('%j is taken as %j', (text, value) => {
  expect(typedContext(text)).toEqual(value);
});

it.each(['12', 'x', '"x"', 'true', '', '2026-11', 12, true, null, { a: [1] }])(
  'spells %j so that it is read as the same',
  (value) => {
    const read = typedContext(spelledContext(value));
    expect(read).toEqual(value);
  },
);

it('gives what stands in the fields before the rest, and nothing for empty ones', () => {
  expect(contextOf({ day: '3', month: '' }, { day: 1, year: 2026 })).toEqual({
    day: 3,
    year: 2026,
  });
});

it('reads only objects as the rest', () => {
  expect(readRest('')).toEqual({});
  expect(readRest('{"a": 1}')).toEqual({ a: 1 });
  expect(readRest('[1]')).toBeNull();
  expect(readRest('{')).toBeNull();
});

it('spreads earlier input over the fields and the rest', () => {
  const { fields, rest } = spread({ day: '3', extra: { a: 1 } }, ['day', 'month']);
  expect(fields).toEqual({ day: '"3"' });
  expect(JSON.parse(rest)).toEqual({ extra: { a: 1 } });
});
