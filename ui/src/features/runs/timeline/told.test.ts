import { expect, it } from 'vitest';
import type { RunTimeline } from '@/ipc';
import { takeIn } from './told';

const NOTHING: RunTimeline = {
  seen: '1-1-0',
  statuses: ['queued', 'running', 'succeeded', 'failed'],
  status: [],
  output_bytes: [],
  tries: [],
  attempts: { number: [], status: [], queued: [], waited: [], ended: [] },
  more: [],
};

const WHOLE: RunTimeline = {
  ...NOTHING,
  plan: { ids: ['a', 'b'], names: ['Ask', 'b'], actions: ['manual', 'wait'], action: [0, 1] },
  status: [3, 0],
  output_bytes: [0, 0],
  tries: [2, 0],
  attempts: {
    number: [1, 2],
    status: [3, 3],
    queued: [1000, 5000],
    waited: [10, null],
    ended: [30, 40],
  },
  more: [
    { at: 0, sent_back: [[2, { code: 'run_sent_back', fields: { to: 'b' } }]] },
    { at: 1, waits_for: [0] },
  ],
};

it('puts tasks together from columns', () => {
  const { tasks } = takeIn(undefined, WHOLE);
  expect(tasks.map(({ id, name, action, status }) => [id, name, action, status])).toEqual([
    ['a', 'Ask', 'manual', 'failed'],
    ['b', 'b', 'wait', 'queued'],
  ]);
  const [first, second] = tasks[0]?.attempts ?? [];
  expect(first).toMatchObject({
    queued_at: '1970-01-01T00:00:01.000Z',
    started_at: '1970-01-01T00:00:01.010Z',
    ended_at: '1970-01-01T00:00:01.030Z',
    error: null,
  });
  expect(second).toMatchObject({ number: 2, started_at: null });
  expect(second?.error?.code).toBe('run_sent_back');
  expect(tasks[1]?.waits_for).toEqual(['a']);
});

it('takes in what has changed and leaves the rest as it was', () => {
  const before = takeIn(undefined, WHOLE);
  const after = takeIn(before, {
    ...NOTHING,
    seen: '1-1-1',
    at: [1],
    status: [2],
    output_bytes: [7],
    tries: [1],
    attempts: { number: [1], status: [2], queued: [9000], waited: [0], ended: [0] },
  });
  expect(after.tasks[0]).toBe(before.tasks[0]);
  expect(after.tasks[1]).toMatchObject({ name: 'b', status: 'succeeded', output_bytes: 7 });
  // What it waited for it waits for no more.
  expect(after.tasks[1]?.waits_for).toBeUndefined();
  expect(after.seen).toBe('1-1-1');
});

it('is the very same where nothing has changed', () => {
  const before = takeIn(undefined, WHOLE);
  expect(takeIn(before, NOTHING)).toBe(before);
});
