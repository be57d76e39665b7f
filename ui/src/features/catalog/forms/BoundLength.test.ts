import { expect, it } from 'vitest';
import { meant, unitOf } from './BoundLength';

it.each([
  [undefined, 's'],
  [30_000, 's'],
  [90_000, 's'],
  [300_000, 'min'],
  [7_200_000, 'h'],
  [1_500, 'ms'],
])('counts %s in %s', (value, unit) => {
  expect(unitOf(value)).toBe(unit);
});

it('keeps milliseconds, whatever is counted', () => {
  expect(meant('1.5', 'min')).toBe(90_000);
  expect(meant('', 'h')).toBeUndefined();
  expect(meant('soon', 's')).toBe('soon');
});
