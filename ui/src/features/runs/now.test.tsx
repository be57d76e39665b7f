import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { useAge } from './now';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function Age({ since }: { since: string }) {
  return <p data-testid="age">{useAge(since)}</p>;
}

it('tells how long something waits as long as it waits', async () => {
  vi.useFakeTimers();
  const since = new Date(Date.now() - 1_000).toISOString();
  render(<Age since={since} />);
  expect(screen.getByTestId('age').textContent).toBe('1s');
  await act(() => vi.advanceTimersByTimeAsync(26_000));
  expect(screen.getByTestId('age').textContent).toBe('27s');
  await act(() => vi.advanceTimersByTimeAsync(120_000));
  expect(screen.getByTestId('age').textContent).toBe('2m');
});
