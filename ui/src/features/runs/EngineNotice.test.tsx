import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { CallError, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { EngineNotice } from './EngineNotice';

afterEach(cleanup);

function show(trouble: CallError | null) {
  const transport = testTransport({ engine_show: () => ({ trouble }) });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <EngineNotice />
    </QueryClientProvider>,
  );
  return transport;
}

it('says what to do when the disk is full', async () => {
  show(new CallError({ code: 'no_space' }));
  const notice = await screen.findByTestId('engine-trouble');
  expect(notice.textContent).toContain('make some room');
});

it('says nothing while the engine can go on', async () => {
  const { calls } = show(null);
  await waitFor(() => expect(calls.length).toBe(1));
  expect(screen.queryByTestId('engine-trouble')).toBeNull();
});
