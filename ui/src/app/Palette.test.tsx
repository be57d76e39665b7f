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

function show(
  commands: Parameters<typeof testTransport>[0] = {},
  onClose = () => undefined as void,
  next: string | null = null,
) {
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
    ...commands,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Palette isOpen onClose={onClose} />
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
  show({}, undefined, 'r0');
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'rare' } });
  fireEvent.click(await screen.findByText('All runs with “rare”'));
  await waitFor(() =>
    expect(navigate.mock.lastCall?.[0]).toEqual({ to: '/runs', search: { q: 'rare' } }),
  );
});

/** Workflows that are called as is typed, each list of them answered when somebody says so. */
function slowly() {
  const answers = new Map<string, () => void>();
  const flow_list = ({ query }: { query?: string }) =>
    new Promise((resolve) => {
      const id = query ?? 'newest';
      const row = { kind: 'workflow', id, name: id, updated_at: '2026-05-01T10:00:00Z' };
      const answer = () => resolve({ total: 1, items: [row] });
      if (query === undefined) answer();
      else answers.set(query, answer);
    }) as never;
  const answer = async (query: string) => {
    await waitFor(() => expect(answers.has(query)).toBe(true));
    answers.get(query)?.();
  };
  return { flow_list, answer };
}

function type(value: string) {
  fireEvent.change(screen.getByRole('searchbox'), { target: { value } });
}

function press(key: string) {
  fireEvent.keyDown(screen.getByRole('searchbox'), { key });
  fireEvent.keyUp(screen.getByRole('searchbox'), { key });
}

it('acts on the first row for what was typed once it comes, when Return was pressed before', async () => {
  const { flow_list, answer } = slowly();
  const onClose = vi.fn();
  show({ flow_list }, onClose);
  await screen.findByText('newest');
  type('orders');
  press('Enter');
  expect(navigate, 'what stands there is not what was typed for').not.toHaveBeenCalled();
  await answer('orders');
  await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
  expect(navigate.mock.calls).toEqual([
    [expect.objectContaining({ params: expect.objectContaining({ id: 'orders' }) })],
  ]);
});

it('forgets the Return where something else is typed, and acts at once on what is there', async () => {
  const { flow_list, answer } = slowly();
  const onClose = vi.fn();
  show({ flow_list }, onClose);
  type('ord');
  press('Enter');
  type('orders');
  await answer('orders');
  await screen.findByText('orders');
  await answer('ord');
  expect(onClose).not.toHaveBeenCalled();
  press('Enter');
  await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
  expect(navigate.mock.lastCall?.[0]).toMatchObject({ params: { id: 'orders' } });
});
