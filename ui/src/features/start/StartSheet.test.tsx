import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type StartSheet as Sheet, type StartRun, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import StartNotice from './StartNotice';
import { StartSheet } from './StartSheet';
import { resetStart } from './store';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

beforeEach(() => {
  went.mockReset();
  resetStart();
});
afterEach(cleanup);

const run = (run_id: string, more: Partial<StartRun> = {}): StartRun => ({
  run_id,
  name: run_id,
  started_at: '2026-11-21T18:30:00Z',
  status: 'running',
  steps_done: 2,
  steps: 5,
  questions: [],
  held: false,
  decided: false,
  ...more,
});
const asking = run('orders', {
  session_id: '01A',
  status: 'interrupted',
  questions: [{ task: 'write', name: 'writing orders' }],
});

function show(runs: StartRun[], sheet: Sheet | null = null) {
  let told: Sheet | null = sheet ?? { stopped_at: '2026-11-21T18:42:00Z', runs, folders: [] };
  const transport = testTransport({
    start_show: () => ({ sheet: told }),
    start_seen: () => {
      told = null;
      return {};
    },
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <StartNotice />
      <StartSheet />
    </QueryClientProvider>,
  );
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

it('says what is certain, what needs a person, and what went on', async () => {
  show([asking, run('held', { status: 'paused', held: true }), run('nightly', { steps_done: 0 })]);
  const dialog = within(await screen.findByTestId('dialog-start'));
  expect(dialog.getByText(/“orders”: 2 steps of 5 are finished/)).toBeTruthy();
  expect(dialog.getByText(/“nightly” had not finished a step yet/)).toBeTruthy();
  const needs = within(dialog.getByTestId('start-orders'));
  expect(needs.getByText(/“writing orders”: nobody can tell/)).toBeTruthy();
  expect(within(dialog.getByTestId('start-held')).getByText(/is not as it was/)).toBeTruthy();
  expect(dialog.queryByTestId('start-nightly')).toBeNull();
  expect(dialog.getByText('“nightly”: running')).toBeTruthy();
});

it('keeps what needs a person in sight, however many runs there were', async () => {
  show(['a', 'b', 'c', 'd', 'orders'].map((id) => run(id, { status: 'interrupted' })));
  const dialog = within(await screen.findByTestId('dialog-start'));
  const rest = dialog.getByTestId('start-certain-rest');
  expect(rest.textContent).toContain('and 2 more');
  expect(rest.querySelector('details')?.open).toBe(false);
  expect(within(rest).getByText(/“orders”: 2 steps of 5/)).toBeTruthy();
  expect(dialog.getAllByRole('button', { name: /Look at it/ }).length).toBeGreaterThan(4);
});

it('tells runs of one name apart by when they began, to the second where need be', async () => {
  const close = (run_id: string, started_at: string) =>
    run(run_id, { name: 'Month close', started_at, status: 'interrupted' });
  show([
    close('a', '2026-11-21T18:30:12Z'),
    close('b', '2026-11-21T18:30:40Z'),
    run('orders', { status: 'interrupted' }),
  ]);
  const dialog = within(await screen.findByTestId('dialog-start'));
  expect(dialog.getByTestId('start-a').textContent).toMatch(/Month close · begun .+:30:12/);
  expect(dialog.getByTestId('start-b').textContent).toMatch(/Month close · begun .+:30:40/);
  expect(dialog.getByTestId('start-orders').textContent).not.toContain('begun');
  expect(dialog.getByText(/“Month close”: 2 steps.+:30:12/)).toBeTruthy();
});

it('calls nothing "by itself" that a person decided about', async () => {
  show([asking, run('settled', { decided: true }), run('nightly')]);
  const dialog = within(await screen.findByTestId('dialog-start'));
  const part = (title: string) => dialog.getByText(title).closest('section')?.textContent;
  expect(part('Decided by you since')).toContain('“settled”: running');
  expect(part('Went on by itself')).not.toContain('settled');
  expect(part('Went on by itself')).toContain('nightly');
});

it('leads to the first that needs a person, by its session where it has one', async () => {
  const asked = show([run('nightly'), asking]);
  await userEvent.click(await screen.findByTestId('start-first'));
  expect(went).toHaveBeenCalledWith({ to: '/sessions/{-$id}', params: { id: '01A' } });
  expect(screen.queryByTestId('dialog-start')).toBeNull();
  expect(asked('start_seen')).toEqual([]);
});

it('leads to the run itself where that only asks and goes on meanwhile', async () => {
  show([{ ...asking, status: 'waiting' }]);
  await userEvent.click(await screen.findByTestId('start-first'));
  expect(went).toHaveBeenCalledWith({ to: '/runs/$id', params: { id: 'orders' } });
});

it('stays as a notice when it is closed, opens from there, and goes once it is understood', async () => {
  const asked = show([asking]);
  await screen.findByTestId('dialog-start');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByTestId('dialog-start')).toBeNull());
  expect(screen.getByText(/1 run needs you/)).toBeTruthy();
  await userEvent.click(screen.getByTestId('start-look'));
  await screen.findByTestId('dialog-start');
  await userEvent.click(screen.getByTestId('start-later'));
  expect(asked('start_seen')).toEqual([]);
  await userEvent.click(screen.getByTestId('start-seen'));
  await waitFor(() => expect(screen.queryByTestId('start-notice')).toBeNull());
});

it('is done with where nothing needs a person', async () => {
  const asked = show([run('nightly')]);
  await userEvent.click(await screen.findByTestId('start-understood'));
  await waitFor(() => expect(asked('start_seen')).toHaveLength(1));
  await waitFor(() => expect(screen.queryByTestId('start-notice')).toBeNull());
});

it('says nothing where nothing went on', async () => {
  const asked = show([]);
  await waitFor(() => expect(asked('start_show')).not.toHaveLength(0));
  await waitFor(() => expect(screen.queryByTestId('dialog-start')).toBeNull());
  expect(screen.queryByTestId('start-notice')).toBeNull();
});
