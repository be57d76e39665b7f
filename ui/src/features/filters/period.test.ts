import { expect, it } from 'vitest';
import { DAYS, dayOf, momentsOf } from './period';

const NOW = new Date('2026-11-21T10:30:00Z');

it('counts a span back from now', () => {
  expect(momentsOf({ since: 'week' }, NOW)).toEqual({ since: '2026-11-14T10:30:00.000Z' });
});

it('takes a moment as it is', () => {
  const since = '2026-11-20T08:15:30.123Z';
  expect(momentsOf({ since }, NOW)).toEqual({ since });
});

it('has both days of a range in it, from midnight to midnight here', () => {
  const { since, until } = momentsOf({ since: '2026-10-31', until: '2026-10-31' }, NOW);
  const length = new Date(until ?? '').getTime() - new Date(since ?? '').getTime();
  expect(length).toBe(86_400_000);
  expect(new Date(since ?? '').getHours()).toBe(0);
  expect(new Date(until ?? '').getDate()).toBe(1);
});

it('has no begin while none is chosen', () => {
  expect(momentsOf({ since: DAYS, until: '2026-11-20' }, NOW).since).toBeUndefined();
});

it('asks for no end that is not a day', () => {
  expect(momentsOf({ until: 'tomorrow' }, NOW)).toEqual({});
});

it('takes an end to the moment, as a chunk of the timeline has it', () => {
  const period = { since: '2026-11-20T08:15:30.123Z', until: '2026-11-20T09:00:00.000Z' };
  expect(momentsOf(period, NOW)).toEqual(period);
});

it('shows the day of a moment here, and none of a span', () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59).toISOString())).toBe('2026-01-05');
  expect(dayOf('2026-01-05')).toBe('2026-01-05');
  expect(dayOf('week')).toBeUndefined();
  expect(dayOf('nonsense')).toBeUndefined();
});
