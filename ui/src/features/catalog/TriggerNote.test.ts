import { expect, it } from 'vitest';
import { startsByItself } from './TriggerNote';

it.each([
  [{ trigger: 'schedule' }, true],
  [{ trigger: 'api', schedule: { cron: '0 2 * * *' } }, true],
  [{ trigger: 'event' }, true],
  [{ watch: { folder: 'in' } }, true],
  [{ trigger: 'api' }, false],
  [{}, false],
  ['text', false],
])('%j is meant to start by itself: %s', (view, expected) => {
  expect(startsByItself(view)).toBe(expected);
});
