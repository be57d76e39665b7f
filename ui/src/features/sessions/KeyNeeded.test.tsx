import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type SessionCandidate, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { KeyNeeded } from './KeyNeeded';

afterEach(cleanup);

function show(code: string) {
  const onLookAgain = vi.fn();
  const candidate: SessionCandidate = {
    source: 'snapshot',
    ok: false,
    reason: { code },
    snapshot: '01S1',
    differs: 0,
  };
  render(
    <QueryClientProvider client={createQueryClient()}>
      <KeyNeeded candidates={[candidate]} onLookAgain={onLookAgain} />
    </QueryClientProvider>,
  );
  return onLookAgain;
}

it('asks for nothing where no key is needed', () => {
  show('objects_damaged');
  expect(screen.queryByRole('status')).toBeNull();
});

it('looks again once what has the key is unlocked, and not while it is locked', async () => {
  let locked = true;
  const secret_unlock = vi.fn(() => ({
    locked,
    ...(locked && { reason: { code: 'secrets_locked' } }),
  }));
  setTransport(testTransport({ secret_unlock }));
  const onLookAgain = show('secrets_locked');
  fireEvent.click(screen.getByTestId('unlock'));
  await waitFor(() => expect(secret_unlock).toHaveBeenCalledTimes(1));
  expect(onLookAgain).not.toHaveBeenCalled();
  locked = false;
  await waitFor(() => {
    fireEvent.click(screen.getByTestId('unlock'));
    expect(onLookAgain).toHaveBeenCalledTimes(1);
  });
});

it('offers to bring the key in that is not here', () => {
  show('snapshot_key_missing');
  expect(screen.getByTestId('snapshot-key-add')).toBeTruthy();
});
