import { expect, it } from 'vitest';
import { timesOf } from './TriggerNote';

const NIGHTLY = { cron: '0 2 * * *', zone: 'Asia/Shanghai' };

it.each([
  [{ trigger: 'schedule', schedule: NIGHTLY }, NIGHTLY],
  [{ schedule: NIGHTLY }, NIGHTLY],
  [{ trigger: 'schedule' }, { cron: '', zone: '' }],
  [
    { trigger: 'schedule', schedule: '0 2 * * *' },
    { cron: '0 2 * * *', zone: '' },
  ],
  [{ trigger: 'api', schedule: NIGHTLY }, undefined],
  [{ trigger: 'event' }, undefined],
  [{}, undefined],
  ['text', undefined],
])('%j starts at %j', (view, expected) => {
  expect(timesOf(view)).toEqual(expected);
});
