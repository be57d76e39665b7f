import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { type Filters, RunFilters } from './RunFilters';

afterEach(cleanup);

function show(filters: Filters, sources = ['local', 'archive']) {
  setTransport(
    testTransport({
      source_list: () => ({ items: sources.map((name) => ({ name })) }) as never,
      agent_list: () => ({ items: [] }) as never,
      flow_list: () => ({ items: [] }) as never,
    }),
  );
  const wished: Filters[] = [];
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RunFilters
        query=""
        onQuery={() => undefined}
        filters={filters}
        onFilters={(next) => wished.push(next)}
      />
    </QueryClientProvider>,
  );
  return wished;
}

it('offers what is asked less often when somebody wants it', async () => {
  show({});
  expect(screen.queryByTestId('filter-begun-by')).toBeNull();
  await userEvent.click(screen.getByTestId('filter-more'));
  expect(screen.getByTestId('filter-begun-by')).toBeTruthy();
  expect(await screen.findByTestId('filter-source')).toBeTruthy();
  expect(screen.queryByTestId('filter-agent')).toBeNull();
});

it('shows what is chosen, one that is not there any more included, and takes all of it back at once', async () => {
  const wished = show({ begunBy: 'event', source: 'gone', status: 'failed' }, ['local']);
  expect(screen.getByTestId('filter-begun-by').textContent).toContain('By an event');
  expect((await screen.findByTestId('filter-source')).textContent).toContain('gone');
  await userEvent.click(screen.getByText('Clear filters'));
  expect(wished).toEqual([{}]);
});

it('names the moment from which on runs were made or ended', () => {
  show({ status: 'failed', touched: '2026-05-01T10:00:00.000Z' });
  expect(screen.getByTestId('period').textContent).toContain('Made or ended since');
});
