import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import type { RunRowsRow, RunWindowRow } from '@/ipc';
import { setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import type { Filters } from '../RunFilters';
import { HistoryTimeline } from './HistoryTimeline';
import type { WindowWish } from './window';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => navigate }));

const HOUR = 3_600_000;

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

const chunk = (hour: number, counts: Partial<RunWindowRow['chunks'][number]> = {}) => ({
  ...{ from: hour * HOUR, to: hour * HOUR + 60_000, made_until: hour * HOUR + 1 },
  ...{ runs: 1, failed: 0, cancelled: 0, open: 0, waiting: 0, ...counts },
});

const row = (id: string, told: Partial<RunWindowRow> = {}): RunWindowRow => ({
  ...{ workflow_id: id, made: 3, succeeded: 2, failed: 1, cancelled: 0 },
  chunks: [chunk(2), chunk(5, { runs: 2, failed: 1 })],
  ...told,
});

interface PageProps {
  filters: Filters;
  start: WindowWish;
  words?: string;
}

function Page({ filters, start, words }: PageProps) {
  const [wish, setWish] = useState(start);
  return (
    <>
      <output data-testid="wish">{JSON.stringify(wish)}</output>
      <HistoryTimeline wish={wish} onWish={setWish} filters={filters} words={words} />
    </>
  );
}

function show(
  there: RunRowsRow[],
  rows: RunWindowRow[],
  { filters = {}, start = {}, words, ...answers }: Answers & Partial<PageProps> = {},
) {
  const transport = testTransport({
    run_rows: () => ({ rows: there }),
    run_window: ({ workflows, runs }) => ({
      rows: rows.filter(({ workflow_id }) => runs || workflows?.includes(workflow_id)),
    }),
    run_list: () => ({ items: [], next: null }),
    ...answers,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Page filters={filters} start={start} words={words} />
    </QueryClientProvider>,
  );
  return transport;
}

const named = (id: string, type?: string): RunRowsRow => ({
  workflow_id: id,
  workflow_name: `Flow ${id}`,
  ...(type && { workflow_type: type }),
});
const line = (id: string) => screen.getByTestId(`history-of-${id}`);
const wish = () => JSON.parse(screen.getByTestId('wish').textContent ?? '{}');

it('says each line whole, and goes among lines and boxes with the keys', async () => {
  show([named('b'), named('a')], [row('a'), row('b')]);
  await waitFor(() => expect(line('a').textContent).toContain('Flow a, 3 runs, 1 failed'));
  line('a').focus();
  fireEvent.keyDown(line('a'), { key: 'ArrowDown' });
  await waitFor(() => expect(document.activeElement).toBe(line('b')));
  // The latest first, then back in time.
  fireEvent.keyDown(line('b'), { key: 'ArrowLeft' });
  expect(screen.getByTestId('history-at').textContent).toMatch(/^2 runs, 1 failed, /);
  fireEvent.keyDown(line('b'), { key: 'ArrowLeft' });
  expect(screen.getByTestId('history-at').textContent).toMatch(/^1 run, /);
  fireEvent.keyDown(line('b'), { key: 'Escape' });
  expect(screen.getByTestId('history-at').textContent).toBe('');
});

it('opens the runs of a box, of which one leads to the run and all to the list', async () => {
  const run = { id: 'r1', workflow_id: 'a', status: 'failed', start_time: '2026-11-20T08:00:00Z' };
  const transport = show([named('a')], [row('a')], {
    filters: { begunBy: 'schedule' },
    run_list: ({ status }) => ({ items: status === 'failed' ? [run] : [], next: null }) as never,
  });
  await waitFor(() => expect(line('a').querySelectorAll('[data-mark]').length).toBe(2));
  line('a').focus();
  fireEvent.keyDown(line('a'), { key: 'ArrowLeft' });
  fireEvent.click(line('a'), { detail: 0 });
  fireEvent.click(await screen.findByTestId('history-run-r1'));
  expect(navigate).toHaveBeenLastCalledWith({ to: '/runs/$id', params: { id: 'r1' } });
  const asked = transport.calls.filter(({ name }) => name === 'run_list').at(-1)?.input;
  expect(asked).toMatchObject({ workflow: 'a', begun_by: 'schedule', limit: 20 });
  const { since, until } = asked as { since: string; until: string };
  expect(Date.parse(until) - Date.parse(since)).toBe(1);
  fireEvent.click(screen.getByTestId('history-in-list'));
  expect(navigate.mock.lastCall?.[0]).toMatchObject({
    to: '/runs',
    search: { workflow: 'a', begunBy: 'schedule', since, until },
  });
});

const inList = () => screen.getByTestId('history-in-list');
const press = (key: string) => {
  line(key).focus();
  fireEvent.keyDown(line(key), { key: 'ArrowLeft' });
  fireEvent.click(line(key), { detail: 0 });
};

it('leads from the sign of a failure to the failed runs that both filters fit', async () => {
  const many = chunk(2, { to: 8 * HOUR, made_until: 7 * HOUR, runs: 9, failed: 2 });
  const failures = [chunk(5, { runs: 3, failed: 2 })];
  const run = { id: 'r1', workflow_id: 'a', status: 'failed', start_time: '2026-11-20T08:00:00Z' };
  const transport = show([named('a')], [row('a', { chunks: [many], failures })], {
    filters: { begunBy: 'schedule' },
    words: 'invoice',
    run_list: () => ({ items: [run], next: null }) as never,
  });
  await waitFor(() => expect(line('a').querySelectorAll('[data-kind="failures"]').length).toBe(1));
  press('a');
  await screen.findByTestId('history-run-r1');
  const asked = transport.calls.filter(({ name }) => name === 'run_list').map(({ input }) => input);
  expect(asked).toMatchObject([{ status: 'failed', begun_by: 'schedule', text: 'invoice' }]);
  expect(inList().textContent).toContain('2');
  fireEvent.click(inList());
  expect(navigate.mock.lastCall?.[0].search).toMatchObject({
    ...{ workflow: 'a', status: 'failed', begunBy: 'schedule', q: 'invoice' },
  });
  expect(navigate.mock.lastCall?.[0].search).not.toHaveProperty('begun_by');
});

it('reaches every run of a box that is several by its pixels alone', async () => {
  // A failure would be drawn over what came two minutes later.
  const chunks = [chunk(2, { failed: 1 }), chunk(2.03)];
  const run = (id: string, status: string) =>
    ({ id, workflow_id: 'a', status, start_time: '2026-11-20T08:00:00Z' }) as const;
  show([named('a')], [row('a', { chunks, failures: [chunk(2, { failed: 1 })] })], {
    run_list: ({ status }) => ({ items: [run(`r-${status}`, `${status}`)], next: null }) as never,
  });
  await waitFor(() => expect(line('a').querySelectorAll('[data-mark]').length).toBe(1));
  const box = line('a').querySelector('[data-mark]');
  expect(box?.textContent, 'a number would hide the shares').toBe('');
  const shares = [...(box?.querySelectorAll('[data-share]') ?? [])];
  expect(shares.map((share) => share.getAttribute('data-share'))).toEqual(['failed', 'succeeded']);
  press('a');
  expect(screen.getByTestId('history-at').textContent).toMatch(/^2 runs, 1 failed, 1 succeeded, /);
  await screen.findByTestId('history-run-r-failed');
  await screen.findByTestId('history-run-r-succeeded');
  expect(inList().textContent).toContain('2');
});

it('asks of what waits for those that wait, and of what is at work for those', async () => {
  const open = [
    chunk(2, { to: 20 * HOUR, open: 1, waiting: 1 }),
    chunk(6, { to: 20 * HOUR, runs: 2, open: 2, made_until: 7 * HOUR }),
  ];
  const run = { id: 'r1', workflow_id: 'a', status: 'running', start_time: '2026-11-20T08:00:00Z' };
  const transport = show([named('a')], [row('a', { chunks: [], open })], {
    run_list: ({ status }) => ({ items: status === 'running' ? [run] : [], next: null }) as never,
  });
  await waitFor(() => expect(line('a').querySelectorAll('[data-kind="open"]').length).toBe(2));
  press('a');
  await screen.findByTestId('history-run-r1');
  const asked = () =>
    transport.calls
      .filter(({ name, input }) => name === 'run_list' && 'since' in (input as object))
      .map(({ input }) => (input as { status?: string }).status);
  expect(asked()).toEqual(['queued', 'running']);
  // All of them run: the list of these is the list of the box.
  expect(inList().textContent).toContain('2');
  fireEvent.click(inList());
  expect(navigate.mock.lastCall?.[0].search).toMatchObject({ workflow: 'a', status: 'running' });
});

it('shows paused runs as paused in line, box, legend and table', async () => {
  const open = [chunk(6, { to: 20 * HOUR, runs: 2, open: 2, paused: 2, made_until: 7 * HOUR })];
  show([named('a')], [row('a', { chunks: [], open })]);
  await waitFor(() => expect(line('a').textContent).toContain('2 paused'));
  expect(line('a').querySelector('[data-mark]')?.getAttribute('data-shape')).toBe('barred');
  expect(document.body.textContent).toMatch(/waits for a personpausedqueued/);
  fireEvent.click(screen.getByTestId('history-as-table'));
  const cells = [...screen.getByTestId('history-table').querySelectorAll('tbody td')];
  expect(cells[4]?.textContent).toBe('2 paused');
});

it('says why the runs of a box cannot be shown', async () => {
  show([named('a')], [row('a')], {
    run_list: () => {
      throw new Error('broken');
    },
  });
  await waitFor(() => expect(line('a').querySelectorAll('[data-mark]').length).toBe(2));
  press('a');
  await screen.findByTestId('error');
});

it.each([
  ['a folded type', 'history-type-report', [named('a', 'report'), named('b', 'report')], 'Unfold'],
  ['single operations', 'history-single', [{ workflow_id: null, workflow_name: '' }], 'alone'],
])('lists no runs of %s, which no list can tell apart', async (_, key, there, words) => {
  const rows = there.map(({ workflow_id }) => ({ ...row(''), workflow_id }));
  const transport = show(there, rows);
  const head = await screen.findByTestId(key);
  if (there.length > 1) fireEvent.click(head, { detail: 1 });
  await waitFor(() => expect(head.querySelectorAll('[data-mark]').length).toBe(2));
  head.focus();
  fireEvent.keyDown(head, { key: 'ArrowLeft' });
  fireEvent.click(head, { detail: 0 });
  const list = await screen.findByTestId('history-list');
  expect(list.textContent).toContain(words);
  expect(transport.calls.filter(({ name }) => name === 'run_list')).toEqual([]);
  fireEvent.click(inList());
  expect(inList().textContent).not.toMatch(/\d/);
  expect(navigate.mock.lastCall?.[0].search).not.toMatchObject({ workflow: expect.anything() });
});

it('says that it could not be told how far all reaches, and asks again', async () => {
  let isBroken = true;
  show([named('a')], [row('a')], {
    start: { span: 'all' },
    run_list: () => {
      if (isBroken) throw new Error('broken');
      return { items: [], next: null };
    },
  });
  const again = await screen.findByRole('button', { name: /again/i });
  isBroken = false;
  fireEvent.click(again);
  await screen.findByTestId('history-of-a');
});

it('folds a type into one line, and asks for its workflows all the same', async () => {
  const transport = show([named('a', 'report'), named('b', 'report')], [row('a'), row('b')]);
  const head = await screen.findByTestId('history-type-report');
  fireEvent.click(head, { detail: 1 });
  await waitFor(() => expect(screen.queryByTestId('history-of-a')).toBeNull());
  expect(head.getAttribute('aria-expanded')).toBe('false');
  await waitFor(() => expect(head.textContent).toContain('report, 2 workflows, 6 runs, 2 failed'));
  const asked = transport.calls.filter(({ name }) => name === 'run_window').at(-1)?.input;
  expect(asked).toMatchObject({ workflows: ['a', 'b'] });
});

it('comes closer, moves on and goes back to now', async () => {
  show([named('a')], [row('a')]);
  await waitFor(() => expect(line('a')).toBeTruthy());
  fireEvent.keyDown(line('a'), { key: '+' });
  expect(wish()).toEqual({ span: 12 * HOUR });
  fireEvent.click(screen.getByTestId('history-earlier'));
  expect(Date.parse(wish().end)).toBeLessThan(Date.now());
  fireEvent.keyDown(line('a'), { key: 't' });
  expect(wish()).toEqual({ span: 12 * HOUR });
  fireEvent.click(screen.getByTestId('span-all'));
  expect(wish()).toEqual({ span: 'all' });
});

it('asks for those that a filter fits, shows no line without any, and says how far it looked', async () => {
  const transport = show([named('a'), named('b')], [row('b')], {
    filters: { status: 'failed' },
    run_window: () => ({ rows: [row('b')], sought_to: '2026-11-20T08:00:00Z' }),
  });
  await screen.findByTestId('history-of-b');
  expect(screen.queryByTestId('history-of-a')).toBeNull();
  expect(screen.getByTestId('history-sought-to')).toBeTruthy();
  const asked = transport.calls.filter(({ name }) => name === 'run_window').at(-1)?.input;
  expect(asked).toMatchObject({ workflows: [], runs: { status: 'failed' } });
});

it('leads from a time with nothing to the last run', async () => {
  const at = Date.now() - 100 * 24 * HOUR;
  const last = { id: 'r', start_time: new Date(at).toISOString() };
  const transport = show([], [], {
    filters: { workflow: 'a' },
    run_list: () => ({ items: [last], next: null }) as never,
  });
  fireEvent.click(await screen.findByTestId('history-to-last'));
  const { end } = wish();
  expect(Math.abs(Date.parse(end) - at)).toBeLessThan(24 * HOUR);
  const asked = transport.calls.find(({ name }) => name === 'run_list')?.input;
  expect(asked).toMatchObject({ workflow: 'a', limit: 1 });
});

it('tells the same as a table', async () => {
  show([named('a')], [row('a', { planned: [{ at: 20 * HOUR }] })]);
  await waitFor(() => expect(line('a').textContent).toContain('3 runs'));
  fireEvent.click(screen.getByTestId('history-as-table'));
  const cells = [...screen.getByTestId('history-table').querySelectorAll('tbody td')];
  expect(cells.slice(0, 5).map((cell) => cell.textContent)).toEqual(['3', '2', '1', '–', '–']);
  expect(cells[5]?.textContent).not.toBe('–');
});

it('tells as a table what a folded type came to, and what will not start', async () => {
  const hindered = { code: 'schedule_paused' };
  show(
    [named('a', 'report'), named('b', 'report'), named('c')],
    [row('a'), row('b'), row('c', { planned: [{ at: 20 * HOUR, hindered }] })],
  );
  const head = await screen.findByTestId('history-type-report');
  fireEvent.click(head, { detail: 1 });
  await waitFor(() => expect(head.textContent).toContain('6 runs'));
  fireEvent.click(screen.getByTestId('history-as-table'));
  const cells = [...screen.getByTestId('history-table').querySelectorAll('tbody td')];
  expect(cells.slice(0, 3).map((cell) => cell.textContent)).toEqual(['6', '4', '2']);
  expect(cells.at(-1)?.textContent).toBe('will not start: paused');
});

it('says what went wrong and asks again', async () => {
  let isBroken = true;
  show([named('a')], [row('a')], {
    run_rows: () => {
      if (isBroken) throw new Error('broken');
      return { rows: [named('a')] };
    },
  });
  const again = await screen.findByRole('button', { name: /again/i });
  isBroken = false;
  fireEvent.click(again);
  await screen.findByTestId('history-of-a');
});
