import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import type { ShownRun } from './queries';
import { RunMessages } from './RunMessages';

afterEach(cleanup);

const RUN = { id: 'r', tasks: [], steps: 'task' } as unknown as ShownRun;

it('asks once more for earlier lines after a failure only where somebody asks', async () => {
  const transport = testTransport({
    run_log: ({ before }) => {
      if (before) throw new CallError({ code: 'run_unknown' });
      return { items: [{ text: 'A line', level: 'info' }], next: 900, first: 400 } as never;
    },
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RunMessages run={RUN} task={undefined} onTask={() => {}} />
    </QueryClientProvider>,
  );
  const earlier = () =>
    transport.calls.filter(({ input }) => (input as { before?: number }).before === 400).length;
  await screen.findByTestId('run-messages');
  expect(earlier()).toBe(0);
  const look = (words: string) =>
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: words } });
  look('outbox');
  await screen.findByTestId('error');
  expect(earlier()).toBe(1);
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(earlier()).toBe(2));
  await screen.findByTestId('error');
  look('outbox: no such');
  await waitFor(() => expect(earlier()).toBe(3));
  await screen.findByTestId('error');
  expect(earlier()).toBe(3);
});
