import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Palette } from './Palette';
import { createQueryClient } from './queries';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => navigate }));

afterEach(() => {
  cleanup();
  navigate.mockClear();
});

const none = () => ({ total: 0, items: [] }) as never;

function show(next: string | null = null) {
  const transport = testTransport({
    ...{ flow_list: none, roadmap_list: none, rule_list: none, template_list: none },
    run_list: ({ text }) =>
      ({
        items: [
          {
            ...{ id: 'r1', workflow_id: 'w', workflow_name: 'Nightly', status: 'failed' },
            ...{ start_time: '2026-05-01T10:00:00Z', end_time: null, started_by: 'ada', hits: [] },
          },
        ].filter(() => text === 'timeout'),
        next,
      }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Palette isOpen onClose={() => undefined} />
    </QueryClientProvider>,
  );
  return transport;
}

it('finds runs by what is said in them, and leads to each and to all of them', async () => {
  const transport = show();
  const search = screen.getByRole('searchbox');
  fireEvent.change(search, { target: { value: 'ti' } });
  fireEvent.change(search, { target: { value: 'timeout' } });
  const run = await screen.findByText('Nightly');
  expect(run.closest('[role="option"]')?.textContent).toContain('failed');
  fireEvent.click(run);
  expect(navigate.mock.lastCall?.[0]).toEqual({ to: '/runs/$id', params: { id: 'r1' } });
  fireEvent.click(screen.getByText('All runs with “timeout”'));
  await waitFor(() =>
    expect(navigate.mock.lastCall?.[0]).toEqual({ to: '/runs', search: { q: 'timeout' } }),
  );
  const asked = transport.calls.filter(({ name }) => name === 'run_list');
  expect(asked.map(({ input }) => (input as { text: string }).text)).toEqual(['timeout']);
});

it('leads to all runs where only the newest were looked at and none of them fits', async () => {
  show('r0');
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'rare' } });
  fireEvent.click(await screen.findByText('All runs with “rare”'));
  await waitFor(() =>
    expect(navigate.mock.lastCall?.[0]).toEqual({ to: '/runs', search: { q: 'rare' } }),
  );
});
