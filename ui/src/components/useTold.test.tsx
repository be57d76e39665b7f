import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Time } from './Time';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('tells how long ago something was as time goes by', () => {
  vi.setSystemTime('2026-11-21T18:00:00Z');
  render(<Time at="2026-11-21T17:59:50Z" />);
  expect(screen.getByText('just now')).toBeTruthy();
  act(() => void vi.advanceTimersByTime(3 * 60_000));
  expect(screen.getByText('3 minutes ago')).toBeTruthy();
  cleanup();
  expect(vi.getTimerCount()).toBe(0);
});
