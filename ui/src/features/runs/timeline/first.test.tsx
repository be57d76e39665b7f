import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunShow, type RunTask, type Status, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { RunTimeline } from './RunTimeline';
import type { RunSearch } from './search';
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

/** The timeline of a run with these tasks. */
function pageOf(onSearch = (_: RunSearch) => {}) {
  const client = createQueryClient();
  return (of: RunTask[]) => (
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
        onSearch={onSearch}
        onMessages={() => undefined}
        views={null}
      />
    </QueryClientProvider>
  );
}

it('keeps its row open, in the timeline as well', () => {
  const page = pageOf();
  const isOpen = (n: number) =>
    screen.getByTestId(`task-t${n}`).getAttribute('aria-expanded') === 'true';
  const shown = render(page(tasks('succeeded', 'failed')));
  expect([isOpen(0), isOpen(1)]).toEqual([false, true]);
  shown.rerender(page(tasks('failed', 'running')));
  expect([isOpen(0), isOpen(1)]).toEqual([false, true]);
});

it('takes a press by a key for one after a range was drawn', () => {
  Element.prototype.setPointerCapture = () => {};
  const onSearch = vi.fn();
  render(pageOf(onSearch)(tasks('succeeded', 'succeeded')));
  const row = screen.getByTestId('task-t1');
  const area = row.querySelector('[data-time]') as Element;
  const drag = () => {
    fireEvent.pointerDown(area, { button: 0, buttons: 1, clientX: 10 });
    fireEvent.pointerMove(area, { buttons: 1, clientX: 300 });
    fireEvent.pointerUp(area, { clientX: 300 });
  };
  drag();
  fireEvent.click(row, { detail: 1 });
  expect(onSearch).not.toHaveBeenCalled();
  drag();
  // As Enter does.
  fireEvent.click(row, { detail: 0 });
  expect(onSearch).toHaveBeenCalledWith({ task: 't1' });
});
