import { expect, it } from 'vitest';
import type { RunContextName, RunShow } from '@/ipc';
import {
  contextOf,
  contextOfRun,
  differing,
  firstField,
  missingOf,
  readRest,
  spelledContext,
  spread,
  typedContext,
} from './context';
import { printExact } from './exact';

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

it('asks for what is needed and not given, of one task alone only for what that uses', () => {
  const name = (name: string, needed: boolean, task: string): RunContextName => ({
    name,
    needed,
    given: false,
    used: [{ task, path: '' }],
  });
  const names = [name('note', false, 'a'), name('day', true, 'a'), name('month', true, 'b')];
  expect(missingOf(names, {})).toEqual(['day', 'month']);
  expect(missingOf(names, { day: null }, 'b')).toEqual(['month']);
  expect(firstField(names, { day: 1 })).toBe('month');
  expect(firstField(names, { day: 1, month: 2 })).toBe('note');
});

it('gives a retry only what is another value now', () => {
  expect(differing({ a: 1, b: [2], c: 3 }, { a: 1, b: [1] })).toEqual({ b: [2], c: 3 });
  expect(differing({ a: 1 }, { a: 1 })).toBeUndefined();
});

it('gives back the input of last time to its last digit', () => {
  const context_text = '{"id":12345678901234567890,"price":1.50,"list":[{"n":1e3}]}';
  const run: Partial<RunShow> = { context: { id: '12345678901234567890' }, context_text };
  const last = contextOfRun(run as RunShow);
  const { fields, rest } = spread(last, ['id', 'price']);
  expect(fields).toEqual({ id: '12345678901234567890', price: '1.50' });
  expect(printExact(contextOf(fields, readRest(rest) ?? {}))).toBe(
    '{"list":[{"n":1e3}],"id":12345678901234567890,"price":1.50}',
  );
  expect(differing(contextOf(fields, {}), last)).toBeUndefined();
});
