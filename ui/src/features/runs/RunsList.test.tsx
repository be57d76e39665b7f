import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import { CallError, type Input, type RunRow, type RunsChanged, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { RunsList } from './RunsList';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => navigate }));

beforeEach(() => {
  for (const side of ['clientWidth', 'offsetWidth'] as const)
    vi.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(1000);
  for (const side of ['clientHeight', 'offsetHeight'] as const)
    vi.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(600);
});

afterEach(() => {
  cleanup();
  navigate.mockClear();
  vi.restoreAllMocks();
});

const run = (id: string): RunRow =>
  ({
    ...{ id, workflow_id: 'w', workflow_name: `Run ${id}`, status: 'failed' },
    ...{ created_at: '2026-05-01T10:00:00.000Z', start_time: '2026-05-01T10:00:00.000Z' },
    ...{ end_time: '2026-05-01T10:01:00.000Z', started_by: 'ada', hits: [] },
  }) as unknown as RunRow;

const NONE: RunsChanged = { done: 0, left_out: [], items: [], more: false, cancelled: false };

it('names the task in whose text the words were found', async () => {
  const hit = (task: string) => ({ place: 'message' as const, task, text: 'outbox: none' });
  setTransport(
    testTransport({
      run_list: () => {
        const items = ['send', 'gone'].map((task) => ({ ...run(task), hits: [hit(task)] }));
        return { items, next: null } as never;
      },
      run_task_show: ({ task }) => {
        if (task === 'gone') throw new CallError({ code: 'task_unknown' });
        return { task: { name: 'Send the report' }, params: {} } as never;
      },
    }),
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RunsList question={{ text: 'outbox' }} words="outbox" isFiltered onClear={() => {}} />
    </QueryClientProvider>,
  );
  await screen.findByText(/In a message of “Send the report”/);
  await screen.findByText(/In a message of “gone”/);
});

/** What was asked of `run_change_many`, in its order. */
function show(
  answer: Partial<RunsChanged> = {},
  next: string | null = null,
  undelete: Answers['run_undelete'] = () => ({ ...NONE, done: 1 }),
) {
  const asked: Input<'run_change_many'>[] = [];
  const transport = testTransport({
    // The second page does not come.
    run_list: ({ after }) =>
      after ? new Promise<never>(() => {}) : ({ items: ['c', 'b', 'a'].map(run), next } as never),
    run_change_many: (input) => {
      asked.push(input);
      const done: RunsChanged = {
        ...{ done: input.ids?.length ?? 7, left_out: [], items: [], more: false },
        ...{ cancelled: false, ...answer },
      };
      return done as never;
    },
    run_undelete: undelete,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RunsList
        question={{ status: 'failed' }}
        words={undefined}
        isFiltered
        fitting={{ total: 7, more: false }}
        onClear={() => {}}
      />
      <Toasts />
    </QueryClientProvider>,
  );
  return { asked, calls: transport.calls };
}

const press = (key: string, more: object = {}) =>
  fireEvent.keyDown(screen.getByRole('grid'), { key, ...more });

it('deletes what was chosen by keyboard, and undoes it', async () => {
  const { asked, calls } = show({
    operation_id: 'op',
    done: 1,
    left_out: [{ reason: { code: 'run_left_going', fields: {} } as never, count: 1 }],
  });
  await screen.findByText('Run c');
  press(' ');
  press('ArrowDown');
  press(' ');
  expect(screen.getByTestId('runs-chosen').textContent).toBe('2 chosen');
  press('Delete');
  const apply = await screen.findByTestId('runs-change-apply');
  expect(apply.textContent).toBe('Delete 1 run');
  expect(screen.getByTestId('runs-left-out').textContent).toContain('1 has not ended');
  fireEvent.click(apply);
  fireEvent.click(await screen.findByTestId('undo'));
  expect(asked).toEqual([
    { change: 'delete', ids: ['c', 'b'], dry_run: true },
    { change: 'delete', ids: ['c', 'b'] },
  ]);
  const undone = { name: 'run_undelete', input: { operation_id: 'op' } };
  await waitFor(() => expect(calls).toContainEqual(undone));
  expect(screen.queryByTestId('runs-chosen')).toBeNull();
  await screen.findByText('1 deleted run is back');
});

it('says of how many it shows only later whether they can be changed', async () => {
  show({ unlooked: 9500 });
  await screen.findByText('Run c');
  press(' ');
  press('Delete');
  expect((await screen.findByTestId('runs-unlooked')).textContent).toContain('9,500 of them');
});

it('shows how far deleted runs have come back, and stops where somebody wants that', async () => {
  show({ operation_id: 'op', done: 1 }, null, (_, options) => {
    options?.onProgress?.({ phase: 'runs', done: 50, total: 9000, name: null });
    return new Promise((resolve) => {
      options?.signal?.addEventListener('abort', () =>
        resolve({ ...NONE, done: 50, cancelled: true }),
      );
    });
  });
  await screen.findByText('Run c');
  press(' ');
  press('Delete');
  fireEvent.click(await screen.findByTestId('runs-change-apply'));
  fireEvent.click(await screen.findByTestId('undo'));
  const returning = within(await screen.findByTestId('runs-returning'));
  expect(returning.getByText(/50 of 9,000/)).toBeDefined();
  fireEvent.click(returning.getByTestId('cancel-work'));
  await screen.findByText(/Stopped: 50 deleted runs are back/);
  expect(screen.queryByTestId('runs-returning')).toBeNull();
});

it('means all that fit after Ctrl+A where more fit than are loaded', async () => {
  const { asked } = show({}, 'a');
  await screen.findByText('Run c');
  press('a', { ctrlKey: true });
  await waitFor(() =>
    expect(screen.getByTestId('runs-chosen').textContent).toBe('All 7 runs that fit are chosen'),
  );
  fireEvent.click(screen.getByTestId('runs-retry'));
  await screen.findByTestId('runs-change-apply');
  expect(asked).toEqual([{ change: 'retry', filter: { status: 'failed' }, dry_run: true }]);
  press(' ');
  expect(screen.getByTestId('runs-chosen').textContent).toBe('2 chosen');
});

it('says so where there is nothing to do', async () => {
  show({
    done: 0,
    left_out: [{ reason: { code: 'run_left_ended', fields: {} } as never, count: 1 }],
  });
  await screen.findByText('Run c');
  press(' ');
  fireEvent.click(screen.getByTestId('runs-cancel'));
  expect(await screen.findByText('This cannot be done with any of the chosen runs')).toBeDefined();
  expect(screen.queryByTestId('runs-change-apply')).toBeNull();
});
