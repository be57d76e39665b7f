import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, renderHook, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunShow, type RunTask, type Status, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { RunTimeline } from './RunTimeline';
import { useFirstFailed } from './useFirstFailed';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => undefined,
}));

beforeEach(() => {
  setTransport(testTransport({}));
  for (const [side, length] of [
    ['Width', 800],
    ['Height', 600],
  ] as const) {
    vi.spyOn(HTMLElement.prototype, `client${side}`, 'get').mockReturnValue(length);
    vi.spyOn(HTMLElement.prototype, `offset${side}`, 'get').mockReturnValue(length);
  }
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const NOON = '2026-11-22T12:00:00Z';
const tasks = (...statuses: Status[]) =>
  statuses.map((status, n) => ({
    id: `t${n}`,
    name: `step ${n}`,
    action: 'program.run',
    status,
    attempts: [{ number: 1, status, queued_at: NOON, started_at: NOON, ended_at: NOON }],
  })) as unknown as RunTask[];

const looked = (...statuses: Status[]) =>
  renderHook(({ of }) => useFirstFailed(of), { initialProps: { of: tasks(...statuses) } });

it('is what failed first, and stays that whatever becomes of it, until it is closed', () => {
  const { result, rerender } = looked('running', 'running');
  expect(result.current.first).toBeUndefined();
  rerender({ of: tasks('running', 'failed') });
  expect(result.current.first).toBe('t1');
  rerender({ of: tasks('failed', 'running') });
  act(() => result.current.leave());
  expect(result.current.first).toBe('t1');
  act(() => result.current.close());
  rerender({ of: tasks('failed', 'failed') });
  expect(result.current.first).toBeUndefined();
});

it('is none once somebody has looked at something else', () => {
  const { result, rerender } = looked('running');
  act(() => result.current.leave());
  rerender({ of: tasks('failed') });
  expect(result.current.first).toBeUndefined();
});

it('keeps its row open and what has the keys there, in the timeline as well', () => {
  const client = createQueryClient();
  const page = (of: RunTask[]) => (
    <QueryClientProvider client={client}>
      <RunTimeline
        run={
          {
            id: 'r',
            status: 'running',
            steps: 'task',
            start_time: NOON,
            end_time: null,
            tasks: of,
          } as unknown as RunShow
        }
        steps={undefined}
        search={{}}
        onSearch={() => undefined}
        onMessages={() => undefined}
        views={null}
      />
    </QueryClientProvider>
  );
  const isOpen = (n: number) =>
    screen.getByTestId(`task-t${n}`).getAttribute('aria-expanded') === 'true';
  const shown = render(page(tasks('succeeded', 'failed')));
  expect([isOpen(0), isOpen(1)]).toEqual([false, true]);
  shown.rerender(page(tasks('failed', 'running')));
  expect([isOpen(0), isOpen(1)]).toEqual([false, true]);
});
