import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { type FallenCount, type RunOverview, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import FallenCard from './FallenCard';

afterEach(cleanup);

function shown(waiting: number, conflicts: number, refused?: FallenCount['refused']) {
  const runs = { sources_behind: [{ name: 'shop', fallen: { waiting, conflicts, refused } }] };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <FallenCard runs={runs as RunOverview} />
    </QueryClientProvider>,
  );
}

it('says what waits, and asks nothing where nobody has to decide', () => {
  const transport = testTransport({});
  setTransport(transport);
  shown(3, 0);
  expect(screen.getByTestId('waits-shop').textContent).toContain('3 writes wait for “shop”');
  expect(screen.getByTestId('waits-shop').textContent).toContain('Done as soon as it answers');
  expect(transport.calls).toEqual([]);
});

it('says why a source that answers does not take what waits', () => {
  setTransport(testTransport({}));
  shown(1, 0, { code: 'sql_failed', fields: { source: 'shop', reason: 'a trigger says no' } });
  const told = screen.getByTestId('waits-shop').textContent;
  expect(told).toContain('a trigger says no');
  expect(told).not.toContain('Done as soon as');
});

it('shows both versions of a record that has changed, and sends what is decided', async () => {
  const conflict = { code: 'fallen_changed', fields: { source: 'shop', took: 'local' } };
  const row = {
    id: '7',
    source: 'shop',
    took: 'local',
    action: 'record.update',
    table: 'orders',
    key: 'a',
    ours: { name: 'new' },
    theirs: { id: 'a', name: 'other' },
    conflict,
    run_id: 'r',
    workflow_name: 'W',
    task: 't',
    at: new Date().toISOString(),
  };
  const unseen = { ...row, id: '8', theirs: undefined };
  const deletes = { ...row, id: '9', action: 'record.delete', ours: undefined };
  const unreadable = { ...row, id: '10', ours: undefined };
  const transport = testTransport({
    source_fallen: () => ({ total: 7, conflicts: 9, items: [row, unseen, deletes, unreadable] }),
    source_settle_all: ({ name, use }) => ({ source: name, use, count: 7 }),
    source_settle: ({ id, use }) => ({ id, source: 'shop', use }),
  });
  setTransport(transport);
  shown(1, 7);
  const ask = await screen.findByTestId('fallen-7');
  expect(ask.textContent).toContain('name: new');
  expect(ask.textContent).toContain('name: other');
  expect(transport.calls).toContainEqual({
    name: 'source_fallen',
    input: { conflicts: true, limit: 5 },
  });
  expect(screen.getByTestId('fallen-8').textContent).not.toContain('There is now');
  expect(screen.getByTestId('fallen-9').textContent).toContain('the record is taken out');
  expect(screen.getByTestId('fallen-10').textContent).not.toContain('The run wrote');
  expect(screen.getByTestId('fallen').textContent).toContain('5 more');
  fireEvent.click(within(ask).getByTestId('use-ours'));
  await waitFor(() =>
    expect(transport.calls).toContainEqual({
      name: 'source_settle',
      input: { id: '7', use: 'ours' },
    }),
  );
  fireEvent.click(screen.getByTestId('settle-all-shop'));
  fireEvent.click(await screen.findByTestId('all-theirs'));
  await waitFor(() =>
    expect(transport.calls).toContainEqual({
      name: 'source_settle_all',
      input: { name: 'shop', use: 'theirs' },
    }),
  );
});
