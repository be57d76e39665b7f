import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { run } from 'axe-core';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunStretch, type RunTrend, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { momentsOf } from './spans';
import { Trend } from './Trend';

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children, params }: { children: ReactNode; params: { id: string } }) => (
    <a href={`#${params.id}`}>{children}</a>
  ),
}));

afterEach(cleanup);

const NONE: RunStretch = {
  ...{ ended: 0, succeeded: 0, failed: 0, cancelled: 0, median: null, p95: null },
};
const SOME: RunStretch = {
  ...{ ended: 4, succeeded: 3, failed: 1, cancelled: 0, median: 60_000, p95: 90_000 },
};

function show(told: Partial<RunTrend>) {
  const transport = testTransport(
    {
      run_trend_export: () => ({ files: ['/tmp/s.html'] }),
      run_trend: ({ moments }) => ({
        whole: SOME,
        stretches: moments.slice(1).map((_, n) => (n === 3 ? SOME : NONE)),
        slower: [
          { run_id: 'r1', start_time: '2026-11-20T08:00:00Z', took: 120_000, usual: 60_000 },
        ],
        tasks: [{ task: 'a', name: 'Load', attempts: 4, failed: 1, median: 50_000, p90: 80_000 }],
        cut: false,
        ...told,
      }),
    },
    { pick_save: async () => ({ token: 't', label: '/tmp/s.html', folder: false }) },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Trend workflow="w" />
    </QueryClientProvider>,
  );
  return transport;
}

it('says how many succeeded, how long they take, which took longer and what is slowest', async () => {
  show({});
  await screen.findByTestId('trend');
  const words = document.body.textContent;
  expect(words).toContain('75% of 4 runs succeeded');
  expect(words).toContain('Half of them took at most 1m, 95 in 100 at most 1m 30s.');
  expect(screen.getByTestId('trend-slower').querySelector('a')?.getAttribute('href')).toBe('#r1');
  expect(screen.getByTestId('trend-slower').textContent).toContain('2m');
  expect(screen.getByTestId('trend-tasks').textContent).toContain('Load');
  expect(screen.getByTestId('trend-table').querySelectorAll('tbody tr').length).toBe(30);
});

it('asks for other stretches, and says where there is nothing', async () => {
  const transport = show({ whole: NONE });
  await screen.findByText('No run has ended in this time');
  fireEvent.click(screen.getByTestId('trend-weeks'));
  await waitFor(() => {
    const asked = transport.calls.map(
      ({ input }) => (input as { moments: string[] }).moments.length,
    );
    expect(asked).toEqual([31, 27]);
  });
});

it('shows the stretches of the answer until there is another one', async () => {
  let answer: (told: RunTrend) => void = () => undefined;
  const told = (count: number): RunTrend => ({
    ...{ whole: SOME, slower: [], tasks: [], cut: false },
    stretches: Array.from({ length: count }, () => SOME),
  });
  const transport = testTransport({
    run_trend: ({ moments }) =>
      moments.length === 31
        ? told(30)
        : (new Promise<RunTrend>((resolve) => {
            answer = resolve;
          }) as never),
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Trend workflow="w" />
    </QueryClientProvider>,
  );
  const days = () =>
    [...screen.getByTestId('trend-table').querySelectorAll('tbody tr')].map(
      (row) => row.querySelector('td')?.textContent,
    );
  await screen.findByTestId('trend');
  const before = days();
  fireEvent.click(screen.getByTestId('trend-weeks'));
  await waitFor(() => expect(transport.calls.length).toBe(2));
  expect(days()).toEqual(before);
  answer(told(26));
  await waitFor(() => expect(days().length).toBe(26));
});

it('takes stretches that end with today, whole weeks and months among them', () => {
  const now = new Date(2026, 10, 22, 12);
  for (const span of ['days', 'weeks', 'months'] as const) {
    const moments = momentsOf(span, now);
    const [from, to] = moments.slice(-2);
    expect(from && from <= now && to && to > now).toBe(true);
    expect(moments.every((at) => at.getHours() === 0)).toBe(true);
  }
  expect(momentsOf('weeks', now).every((at) => at.getDay() === 1)).toBe(true);
});

it('has a name and a role for whatever is on it', async () => {
  show({});
  await screen.findByTestId('trend');
  // Colours are looked at in the real window.
  const { violations } = await run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

it('writes what is shown to a page that somebody picks a place for', async () => {
  const transport = show({});
  fireEvent.click(await screen.findByTestId('trend-weeks'));
  fireEvent.click(await screen.findByTestId('trend-report'));
  const asked = () => transport.calls.find(({ name }) => name === 'run_trend_export');
  await waitFor(() => expect(asked()).toBeTruthy());
  const shown = transport.calls.filter(({ name }) => name === 'run_trend').at(-1);
  expect(asked()?.input).toEqual({
    ...(shown?.input as object),
    ...{ language: 'en', to: { picked: 't' } },
  });
});

it('offers no report where there is nothing to tell', async () => {
  show({ whole: NONE });
  await screen.findByText('No run has ended in this time');
  expect(screen.queryByTestId('trend-report')).toBeNull();
});
