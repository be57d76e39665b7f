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
