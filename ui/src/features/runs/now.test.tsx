import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { lengthSoFar, paceOfRun, SLOW, useAge } from './now';

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

it('counts seconds of what is at work or has ended, and not of what waits', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 8, 0, second));
  const run = { start_time: at(0).toISOString(), end_time: null };
  const now = at(150);
  expect(lengthSoFar({ ...run, status: 'running' }, now)).toBe('2m 30s');
  expect(lengthSoFar({ ...run, status: 'waiting' }, now)).toBe('2m');
  const end_time = at(90).toISOString();
  expect(lengthSoFar({ ...run, end_time, status: 'failed' }, now)).toBe('1m 30s');
});

it('tells a length anew by seconds as long as it is told in seconds', () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  expect(paceOfRun({ status: 'waiting', start_time: ago(5) })).toBe(1000);
  expect(paceOfRun({ status: 'waiting', start_time: ago(90) })).toBe(SLOW);
  expect(paceOfRun({ status: 'running', start_time: ago(90) })).toBe(1000);
  expect(paceOfRun({ status: 'succeeded', start_time: ago(5) })).toBeNull();
});
