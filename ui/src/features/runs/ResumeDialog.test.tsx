import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type RunShow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { RunActions } from './RunActions';

const went = vi.hoisted(() => vi.fn());

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

afterEach(cleanup);

const run = {
  id: 'r',
  workflow_id: 'w',
  workflow_name: 'W',
  status: 'interrupted',
  revision: 1,
  tasks: [],
};

/** Refused until somebody trusts what is there now: it was replaced once while it was looked at. */
function answers(hashes: string[]) {
  return ({ trust, shown }: Input<'run_resume'>) => {
    const [hash] = hashes;
    if (trust && shown === hash) return { run_id: 'r', status: 'running' } as never;
    if (trust) hashes.shift();
    const lines = [{ param: 'sql', text: `does ${hashes[0]}` }];
    const acts = [{ task: 't', name: 'T', action: 'sql.execute', source: null, lines }];
    const fields = { acts: JSON.stringify(acts), hash: hashes[0] ?? '' };
    throw new CallError({ code: 'trust_required', fields });
  };
}

it('lets a restored run go on once what it does now was shown and is trusted', async () => {
  const hashes = ['first'];
  const transport = testTransport({ run_resume: answers(hashes) });
  setTransport(transport);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RunActions run={run as unknown as RunShow} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByTestId('run-resume'));
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('does first'));
  hashes.unshift('gone');
  hashes[1] = 'second';
  fireEvent.click(screen.getByTestId('resume-trust'));
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('does second'));
  fireEvent.click(screen.getByTestId('resume-trust'));
  await waitFor(() => expect(screen.queryByTestId('acts')).toBeNull());
  const asked = transport.calls.map(({ input }) => input as Input<'run_resume'>);
  expect(asked.map(({ trust, shown }) => [trust, shown])).toEqual([
    [undefined, undefined],
    [true, 'first'],
    [true, 'second'],
  ]);
});

it('leads to the session of a run that waits for a word about its configuration', async () => {
  const refuse = (): never => {
    throw new CallError({
      code: 'run_configuration_undecided',
      fields: { name: 'W', run: 'r', session: '01A' },
    });
  };
  setTransport(testTransport({ run_resume: refuse }));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RunActions run={run as unknown as RunShow} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByTestId('run-resume'));
  await waitFor(() => expect(went).toHaveBeenCalled());
  expect(went.mock.calls[0]?.[0]).toMatchObject({
    params: { id: '01A' },
    search: { tab: 'recover' },
  });
});
