import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { invalidate } from '@/app/queries';
import { isTouched } from './tags';

it.each([
  [['workflow'], ['workflow', 'workflow:1'], true],
  [['workflow:1'], ['workflow:2'], false],
  [['workflow:1', 'workflow'], ['workflow'], true],
  [['settings'], ['all'], true],
  [['run:'], ['run:1'], true],
  [['run:'], ['run', 'rule:1'], false],
  [[], ['all'], false],
  [['rule'], [], false],
])('what depends on %j is touched by %j: %s', (declared, changed, expected) => {
  expect(isTouched(declared, changed)).toBe(expected);
});

it('refetches what is in sight and depends on the change, and nothing else', async () => {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  const flows = vi.fn(async () => 1);
  const rules = vi.fn(async () => 1);
  const observers = [
    new QueryObserver(client, {
      queryKey: ['flows'],
      queryFn: flows,
      meta: { tags: ['workflow'] },
    }),
    new QueryObserver(client, { queryKey: ['rules'], queryFn: rules, meta: { tags: ['rule'] } }),
  ];
  const stops = observers.map((observer) => observer.subscribe(() => undefined));
  await vi.waitFor(() => expect(flows).toHaveBeenCalledTimes(1));
  invalidate(client, ['workflow:7', 'workflow']);
  await vi.waitFor(() => expect(flows).toHaveBeenCalledTimes(2));
  expect(rules).toHaveBeenCalledTimes(1);
  for (const stop of stops) stop();
});
