import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, type RunCompared, type RunShow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { file, session, snapshot } from '../../sessions/fixtures';
import { ComparePage, type CompareSearch } from './ComparePage';

let search: CompareSearch = {};
const went = vi.fn();

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useSearch: () => search,
  useNavigate: () => (to: { search: CompareSearch }) => went(to.search),
}));

beforeEach(() => {
  search = { run: 'B' };
  went.mockClear();
});
afterEach(cleanup);

const row = (id: string, status: 'succeeded' | 'failed', at: string) => ({
  id,
  workflow_id: 'orders',
  workflow_name: 'Orders',
  status,
  start_time: at,
  end_time: at,
  started_by: 'Ann',
});

const compared: RunCompared = {
  before: { run: row('A', 'succeeded', '2026-11-20T02:00:00Z'), revision: 7, took: 60_000 },
  after: {
    run: {
      ...row('B', 'failed', '2026-11-21T02:00:00Z'),
      failed: { task: 'check', error: { code: 'task_timed_out', fields: {} } },
    },
    revision: 8,
    took: 180_000,
  },
  input: [],
  definition: [
    {
      path: '/tasks/1/timeout',
      subject: { kind: 'task', name: 'Check' },
      field: 'timeout',
      change: 'changed',
      before: '30000',
      after: '5000',
    },
  ],
  tasks: [
    {
      id: 'check',
      name: 'Check',
      name_before: 'Check orders',
      before: {
        status: 'succeeded',
        attempts: 1,
        from: 0,
        to: 10_000,
        took: 10_000,
        source: 'local',
      },
      after: {
        status: 'failed',
        attempts: 3,
        from: 0,
        to: 130_000,
        took: 130_000,
        source: 'local',
        error: { code: 'task_timed_out', fields: {} },
      },
      differs: ['status', 'error', 'length', 'attempts'],
    },
    {
      id: 'old',
      name: 'Old',
      before: { status: 'succeeded', attempts: 1, from: 10_000, to: 20_000, took: 10_000 },
      differs: [],
    },
  ],
  total: 5,
  same: 3,
};

function show(answer: () => RunCompared, more: Answers = {}) {
  setTransport(
    testTransport({
      run_show: () => ({ ...compared.after.run, tasks: [], warnings: [] }) as unknown as RunShow,
      run_list: () => ({ items: [compared.before.run, compared.after.run], next: null }),
      run_compare: answer,
      ...more,
    }),
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <ComparePage />
    </QueryClientProvider>,
  );
}

it('tells what differs, task by task, and of what is gone that it is', async () => {
  show(() => compared);
  const facts = await screen.findByTestId('compare-facts');
  expect(within(facts).getByText('2m longer')).toBeTruthy();
  const tasks = screen.getByTestId('compare-tasks');
  const [, check, old] = within(tasks).getAllByRole('row');
  expect(check?.textContent).toContain('called “Check orders” then');
  expect(check?.textContent).toContain('3 tries');
  expect(old?.textContent).toContain('only in the earlier run');
  expect(screen.getByText('Both were started with the same input.')).toBeTruthy();
  expect(screen.getByText(/3 of 5 tasks came to the same/)).toBeTruthy();
});

it('shows all tasks where somebody wants them, and keeps that in the address', async () => {
  show(() => compared);
  await userEvent.click(await screen.findByTestId('compare-all'));
  expect(went).toHaveBeenCalledWith({ run: 'B', other: undefined, all: true });
});

it('says what can be done where nothing has succeeded yet', async () => {
  show(() => {
    throw new CallError({
      code: 'run_none_succeeded',
      message: '',
      hints: [],
      fields: { name: 'Orders' },
      retryable: false,
    });
  });
  expect(await screen.findByText(/“Orders” has not succeeded yet/)).toBeTruthy();
  // Another run can be chosen all the same.
  expect(await screen.findByTestId('compare-other')).toBeTruthy();
});

it('says whether what is kept of their configurations differs, each as it was until it ended', async () => {
  const first = { ...snapshot, at: '2026-11-20T01:00:00Z', files: [file('a.yaml', 'then')] };
  const second = { ...first, id: '01S2', at: '2026-11-21T01:00:00Z', files: [file('a.yaml')] };
  const shown = (id: string) => (id === 'A' ? compared.before.run : compared.after.run);
  show(() => compared, {
    run_show: ({ id }) =>
      ({ ...shown(id), session: '01A', tasks: [], warnings: [] }) as unknown as RunShow,
    session_show: () => ({ ...session, snapshots: [first, second] }),
  });
  const told = await screen.findByTestId('compare-configurations');
  expect(told.textContent).toContain('differs in 1 file: a.yaml');
  expect(told.textContent).toContain('See its files');
});
