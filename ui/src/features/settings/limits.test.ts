import { expect, it } from 'vitest';
import { limitOf, ruleOf } from './limits';

it('asks for a clean-up by the limits there are, and for none without', () => {
  expect(ruleOf({ days: 90, runs: null })).toEqual({ older_than: '90d' });
  expect(ruleOf({ days: null, runs: 20 })).toEqual({ keep: 20 });
  expect(ruleOf({ days: null, runs: null })).toBeUndefined();
});

it('takes whole numbers alone for a limit; nothing and zero take it away', () => {
  expect(limitOf(' 30 ')).toBe(30);
  expect([limitOf(''), limitOf('0')]).toEqual([null, null]);
  expect([limitOf('-1'), limitOf('1.5'), limitOf('ten')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
