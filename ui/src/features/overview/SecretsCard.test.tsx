import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { type LockedSecret, type RunOverview, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { SecretsCard } from './SecretsCard';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children, search }: { children: ReactNode; search: object }) => (
    <a href={JSON.stringify(search)}>{children}</a>
  ),
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
      reason: { code: 'secret_missing' },
      unlocks: false,
    },
  ];
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SecretsCard runs={{ locked } as unknown as RunOverview} />
    </QueryClientProvider>,
  );
  expect(screen.getByText('3 tasks wait until the secrets are unlocked')).toBeTruthy();
  const links = screen.getAllByRole('link').map((link) => link.getAttribute('href'));
  expect(links).toEqual([
    JSON.stringify({ tab: 'secrets', enter: 'mail' }),
    JSON.stringify({ enter: 'stock' }),
  ]);
  await userEvent.click(screen.getByTestId('unlock'));
  await waitFor(() => expect(transport.calls).toHaveLength(1));
});
