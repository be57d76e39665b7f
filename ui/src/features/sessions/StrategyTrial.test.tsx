import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, type PickedPlace, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { StrategyTrial } from './StrategyTrial';

afterEach(cleanup);

const config = { token: 't1', label: '/home/ann/configs/workflows/orders.yaml', folder: false };
const found = {
  root: '/home/ann/configs',
  config: 'workflows/orders.yaml',
  strategy: 'standard',
  status: 'partial' as const,
  bytes: 2_100,
  files: [
    {
      kind: 'workflows',
      path: 'workflows/orders.yaml',
      sha256: '0',
      bytes: 2_000,
      masked: false,
      masked_places: [],
    },
    {
      kind: 'tools',
      path: 'tools/sum.yaml',
      sha256: '1',
      bytes: 100,
      masked: false,
      masked_places: [],
    },
  ],
  missing: [
    { reference: 'table', from: 'workflows/orders.yaml', pointer: '/tool_set', looked: [] },
  ],
  elsewhere: [],
  ambiguous: [],
  unparsed: [],
  unread: [],
  left_out: [],
};

function show(answer: () => typeof found = () => found, picked: PickedPlace | null = config) {
  const transport = testTransport(
    { session_preview: answer },
    { pick_file: () => Promise.resolve(picked) },
  );
  setTransport(transport);
  const client = createQueryClient();
  const trial = (kinds: string[], exclude: string[]) => (
    <QueryClientProvider client={client}>
      <StrategyTrial strategy="standard" kinds={kinds} exclude={exclude} />
    </QueryClientProvider>
  );
  const { rerender } = render(trial(['workflows'], []));
  return {
    asked: () => transport.calls.map(({ input }) => input),
    tick: (kinds: string[], exclude: string[]) => rerender(trial(kinds, exclude)),
  };
}

it('says what would be kept of a configuration that somebody chooses, and what of it is missing', async () => {
  const { asked } = show();
  await userEvent.click(screen.getByRole('button', { name: 'Try it on a configuration…' }));
  expect((await screen.findByTestId('strategy-takes')).textContent).toBe(
    'It would keep 2 files (2.1\u00a0kB).',
  );
  expect(screen.getByText('workflows/orders.yaml · tools/sum.yaml')).toBeTruthy();
  expect(screen.getByTestId('config_missing').textContent).toContain('table');
  expect(screen.getByText(config.label)).toBeTruthy();
  expect(asked()).toEqual([
    { config: { picked: 't1' }, strategy: 'standard', kinds: ['workflows'], exclude: [] },
  ]);
});

it('looks anew as kinds are ticked and patterns typed, before anything is saved', async () => {
  const { asked, tick } = show();
  await userEvent.click(screen.getByTestId('strategy-try'));
  await screen.findByTestId('strategy-takes');
  tick(['workflows', 'tools'], ['*.old']);
  await waitFor(() => expect(asked()).toHaveLength(2));
  expect(asked().at(-1)).toEqual({
    config: { picked: 't1' },
    strategy: 'standard',
    kinds: ['workflows', 'tools'],
    exclude: ['*.old'],
  });
});

it('says why nothing can be said, and asks nothing where no file is chosen', async () => {
  show(() => {
    throw new CallError({ code: 'config_no_root', fields: { path: config.label } });
  });
  await userEvent.click(screen.getByTestId('strategy-try'));
  expect((await screen.findByRole('alert')).textContent).toContain(config.label);
  cleanup();
  const { asked } = show(undefined, null);
  await userEvent.click(screen.getByTestId('strategy-try'));
  expect(asked()).toEqual([]);
});
