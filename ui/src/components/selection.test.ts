import { describe, expect, it } from 'vitest';
import { destination, joined, NOTHING, span, state, toggled } from './selection';

describe('a selection', () => {
  it('takes a row in and out and leaves the old one alone', () => {
    const one = toggled(NOTHING, 'a');
    expect([...one]).toEqual(['a']);
    expect([...toggled(one, 'a')]).toEqual([]);
    expect([...joined(one, ['b', 'a'])]).toEqual(['a', 'b']);
    expect(NOTHING.size).toBe(0);
  });

  it.each([
    [0, 5, false],
    [2, 5, 'some'],
    [5, 5, true],
    [0, 0, false],
  ])('of %i of %i rows is %s', (size, total, expected) => {
    const ids = Array.from({ length: size }, (_, index) => String(index));
    expect(state(new Set(ids), total)).toBe(expected);
  });

  it('spans from its anchor in either direction', () => {
    expect(span(4, 9)).toEqual({ first: 4, last: 9 });
    expect(span(9, 4)).toEqual({ first: 4, last: 9 });
  });
});

describe('a key in a list', () => {
  it.each([
    ['ArrowDown', 0, 1],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 0, 0],
    ['PageDown', 95, 99],
    ['PageUp', 25, 15],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['x', 50, null],
  ])('%s at %i leads to %s', (key, from, to) => {
    expect(destination(key, from, 100, 10)).toBe(to);
  });

  it('leads nowhere in an empty list', () => {
    expect(destination('ArrowDown', 0, 0, 10)).toBeNull();
  });
});
