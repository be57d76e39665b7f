import { expect, it } from 'vitest';
import { inRhythm, lineOf, plainOf } from './plainTimes';

it.each([
  ['0 2 * * *', { every: 'day', hour: 2, minute: 0 }],
  ['30 8 * * 1-5', { every: 'workdays', hour: 8, minute: 30 }],
  ['5 0 * * 0', { every: 'week', weekday: 0, hour: 0, minute: 5 }],
  ['0 3 31 * *', { every: 'month', day: 31, hour: 3, minute: 0 }],
  ['15 * * * *', { every: 'hours', hours: 1, minute: 15 }],
  ['0 */6 * * *', { every: 'hours', hours: 6, minute: 0 }],
] as const)('%s is plain, and written as it was', (line, plain) => {
  expect(plainOf(line)).toEqual(plain);
  expect(lineOf(plain)).toBe(line);
});

it('takes other spellings of the same', () => {
  expect(plainOf(' 00  02 * * 7 ')).toEqual({ every: 'week', weekday: 0, hour: 2, minute: 0 });
});

it.each([
  '',
  '0 2 * *',
  '0 0 2 * * *',
  '0 2,14 * * *',
  '*/5 * * * *',
  '0 */5 * * *',
  '0 */24 * * *',
  '60 2 * * *',
  '0 24 * * *',
  '0 2 0 * *',
  '0 2 32 * *',
  '0 2 1 * 1',
  '0 2 * 6 *',
  '0 2 * * 1,4',
  '0 2 L * *',
])('%j is for experts', (line) => expect(plainOf(line)).toBeUndefined());

it('keeps the time of the day from one rhythm to another', () => {
  const day = { every: 'day', hour: 17, minute: 45 } as const;
  expect(lineOf(inRhythm('week', day))).toBe('45 17 * * 1');
  expect(lineOf(inRhythm('hours', day))).toBe('45 */6 * * *');
  expect(lineOf(inRhythm('month', undefined))).toBe('0 2 1 * *');
});
