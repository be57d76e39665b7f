import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type RunShow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { session } from '../sessions/fixtures';
import { RetryDialog } from './RetryDialog';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => {},
  Link: ({ children }: { children: ReactNode }) => <a href="/sessions">{children}</a>,
}));

afterEach(cleanup);

const run = {
  id: 'r',
  workflow_id: 'w',
  workflow_name: 'W',
  revision: 1,
  tasks: [],
  context: {},
  context_names: [],
};

/** Each definition is refused with an act of its own. */
function refused({ definition }: Input<'run_retry'>): never {
  const line = { param: 'sql', text: `${definition} \u202Etxet` };
  const acts = [{ task: 't', name: 'T', action: 'sql.execute', source: null, lines: [line] }];
  const fields = { acts: JSON.stringify(acts), hash: `hash of ${definition}` };
  throw new CallError({ code: 'trust_required', fields });
}

it('asks for trust in exactly the text that was refused, and for each anew', async () => {
  const transport = testTransport({
    flow_show: () => ({ row: { revision: 2, deleted_at: null } }) as never,
    run_retry: refused,
  });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <RetryDialog run={run as unknown as RunShow} wish={{}} onClose={() => {}} />
    </QueryClientProvider>,
  );
  const start = () => fireEvent.click(screen.getByTestId('retry-start'));
  const asked = () =>
    transport.calls.flatMap(({ name, input }) =>
      name === 'run_retry' ? [input as Input<'run_retry'>] : [],
    );
  await screen.findByTestId('retry-old');
  start();
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('current'));
  expect(screen.getByTestId('acts').textContent).toContain('current \\u{202e}txet');
  fireEvent.click(screen.getByTestId('retry-old'));
  await waitFor(() => expect(screen.queryByTestId('acts')).toBeNull());
  start();
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('old'));
  start();
  await waitFor(() => expect(asked().length).toBe(3));
  expect(asked().map(({ definition, trust, shown }) => [definition, trust, shown])).toEqual([
    ['current', false, undefined],
    ['old', false, undefined],
    ['old', true, 'hash of old'],
  ]);
});

it('carries a workflow that was deleted out as it was', async () => {
  const transport = testTransport({
    flow_show: () => ({ row: { revision: 2, deleted_at: '2026-11-21T08:00:00Z' } }) as never,
    run_retry: () => ({ run_id: 'again', status: 'queued' }),
  });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <RetryDialog run={run as unknown as RunShow} wish={{}} onClose={() => {}} />
    </QueryClientProvider>,
  );
  const start = await screen.findByTestId('retry-start');
  await waitFor(() => expect(start.hasAttribute('disabled')).toBe(false));
  fireEvent.click(start);
  await waitFor(() =>
    expect(transport.calls.find(({ name }) => name === 'run_retry')?.input).toMatchObject({
      definition: 'old',
    }),
  );
});

it('says with what it works that carries a session on', async () => {
  for (const [works_with, words] of [
    ['overlay', 'its own copy of the configuration'],
    ['file', 'the files in /home/ada/configs'],
  ] as const) {
    setTransport(testTransport({ session_show: () => ({ ...session, works_with }) }));
    render(
      <QueryClientProvider
        client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
      >
        <RetryDialog
          run={{ ...run, session: session.id } as unknown as RunShow}
          wish={{}}
          onClose={() => {}}
        />
      </QueryClientProvider>,
    );
    const told = await screen.findByTestId('run-uses-configuration');
    expect(told.textContent).toContain(words);
    cleanup();
  }
});
