import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { type LockedSecret, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { SecretsCard } from './SecretsCard';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => navigate,
}));

afterEach(cleanup);

it('unlocks all that is locked with one press, and leads to each that is missing', async () => {
  const transport = testTransport({ secret_unlock: () => ({ locked: false }) });
  setTransport(transport);
  const locked: LockedSecret[] = [
    { secret: 'token', tasks: 2, reason: { code: 'secrets_locked' }, unlocks: true },
    {
      secret: 'connection/shop',
      connection: 'shop',
      tasks: 1,
      reason: { code: 'secrets_locked' },
      unlocks: true,
    },
    { secret: 'mail', tasks: 1, reason: { code: 'secret_missing' }, unlocks: false },
    {
      secret: 'connection/stock',
      connection: 'stock',
      tasks: 3,
      reason: { code: 'password_missing' },
      unlocks: false,
    },
  ];
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SecretsCard locked={locked} />
    </QueryClientProvider>,
  );
  expect(screen.getByText('3 tasks wait until the secrets are unlocked')).toBeTruthy();
  await userEvent.click(screen.getByTestId('enter-mail'));
  await userEvent.click(screen.getByTestId('enter-connection/stock'));
  expect(navigate.mock.calls.map(([{ search }]) => search)).toEqual([
    { tab: 'secrets', enter: 'mail' },
    { enter: 'stock' },
  ]);
  await userEvent.click(screen.getByTestId('unlock'));
  await waitFor(() => expect(transport.calls).toHaveLength(1));
});
