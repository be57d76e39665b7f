import { expect, it } from 'vitest';
import type { RunTask } from '@/ipc';
import { reasonOf } from './waits';

const NOW = new Date('2026-11-21T10:00:00Z');
const NAMES = new Map([
  ['load', 'Load'],
  ['check', 'Check'],
]);

function reason(task: Partial<RunTask>, status: 'running' | 'paused' = 'running') {
  const whole = { id: 't', name: 'T', action: 'wait', status: 'queued', attempts: [], ...task };
  return reasonOf(whole as RunTask, { status }, NAMES, NOW);
}

it('names the tasks one waits for by their names, and counts what is too many', () => {
  expect(reason({ waits_for: ['load', 'check'] })).toBe('waits for Load, Check');
  expect(reason({ waits_for: ['load', 'check', 'x', 'y', 'z'] })).toBe(
    'waits for Load, Check, x, 2 more',
  );
});

it('counts down to the next try in whole seconds', () => {
  expect(reason({ goes_on_at: '2026-11-21T10:00:11.200Z' })).toBe('again in 12s');
  expect(reason({ goes_on_at: '2026-11-21T10:00:00.200Z' })).toBe('goes on now');
});

it('tells a pause from a turn, and both from a task that nobody has called', () => {
  const queued = { number: 1, status: 'queued' } as RunTask['attempts'][number];
  expect(reason({ attempts: [queued] }, 'paused')).toBe('the run is paused');
  expect(reason({ attempts: [queued] })).toBe('waits for its turn');
  expect(reason({})).toBe('not reached yet');
});

it('says nothing where the status says all', () => {
  expect(reason({ status: 'succeeded' })).toBeUndefined();
  expect(reason({ status: 'skipped', why: 'condition' })).toBe('its condition did not hold');
});

it('does not say of a task that was open that it never started', () => {
  const open = { number: 1, started_at: '2026-11-21T09:00:00Z' } as RunTask['attempts'][number];
  const cancelled = { status: 'cancelled', why: 'stopped' } as const;
  expect(reason({ ...cancelled, attempts: [open] })).toBe('the run failed while it was under way');
  expect(reason(cancelled)).toBe('the run had failed before it could start');
});

it('names the secret, or the connection whose password it is', () => {
  expect(reason({ status: 'waiting', secret: 'mail' })).toBe('waits for the secret “mail”');
  expect(reason({ status: 'waiting', secret: 'connection/shop' })).toBe(
    'waits for the password of “shop”',
  );
});
