import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient, invalidate } from './queries';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks again for what is dear only when its time has come, and then once', async () => {
  const client = createQueryClient();
  let asked = 0;
  const follow = new QueryObserver(client, {
    queryKey: ['count'],
    queryFn: async () => {
      asked += 1;
      return asked;
    },
    meta: { tags: ['run'], atMostEvery: 5_000 },
  });
  const stop = follow.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  for (let change = 0; change < 10; change += 1) {
    invalidate(client, ['run']);
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(2);
  invalidate(client, ['run']);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(3);
  stop();
});

it('does not ask again for what is dear while it is still asked', async () => {
  const client = createQueryClient();
  const answers: (() => void)[] = [];
  const follow = new QueryObserver(client, {
    queryKey: ['disks'],
    queryFn: () => new Promise((answer) => answers.push(() => answer(answers.length))),
    meta: { tags: ['folder'], atMostEvery: 3_000 },
  });
  const stop = follow.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  const changes = async (count: number) => {
    for (let change = 0; change < count; change += 1) {
      invalidate(client, ['folder']);
      await vi.advanceTimersByTimeAsync(2_000);
    }
  };
  await changes(5);
  expect(answers).toHaveLength(1);
  answers[0]?.();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(answers).toHaveLength(2);
  await changes(5);
  expect(answers).toHaveLength(2);
  answers[1]?.();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(answers).toHaveLength(3);
  answers[2]?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(3);
  stop();
});
