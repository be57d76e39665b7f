import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, type Message, type SourceRow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { ConnectionsTab } from './ConnectionsTab';
import { SecretsTab } from './SecretsTab';

let search: { enter?: string } = {};
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useSearch: () => search,
  useNavigate: () => () => undefined,
}));

afterEach(() => {
  cleanup();
  search = {};
});

const local: SourceRow = { name: 'local', type: 'sqlite', with_password: false, running: 0 };
const shop: SourceRow = {
  name: 'shop',
  type: 'mysql',
  with_password: true,
  running: 0,
  address: 'mysql://anna@db:3306/shop',
  connection: { name: 'shop', kind: 'mysql', host: 'db', port: 3306, tls: false },
};
const none = { workflows: [], more: false };
const nightly = { workflows: [{ id: 'nightly', name: 'Nightly' }], more: false };

function show(tab: ReactNode, answers: Answers) {
  const transport = testTransport({
    source_uses: ({ name }) => (name === 'shop' ? nightly : none),
    secret_uses: () => nightly,
    ...answers,
  });
  setTransport(transport);
  render(<QueryClientProvider client={createQueryClient()}>{tab}</QueryClientProvider>);
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

const sources = (...rows: SourceRow[]) => ({
  source_list: () => ({ total: rows.length + 1, items: [local, ...rows] }),
});
const line = async (name: string) => within(await screen.findByTestId(`connection-${name}`));

it('says what is connected, how it is and what names it', async () => {
  const error: Message = { code: 'login_refused', fields: { source: 'shop', user: 'anna' } };
  show(<ConnectionsTab />, sources({ ...shop, answers: false, error }));
  const row = await line('shop');
  expect(row.getByText('does not answer')).toBeTruthy();
  expect(row.getByText(/does not let “anna” in/)).toBeTruthy();
  expect((await row.findByTestId('used-by')).textContent).toBe('used by Nightly');
  expect(screen.getByText('2 connections · 1 does not answer')).toBeTruthy();
  expect((await line('local')).getByText('always there')).toBeTruthy();
});

it('says what belongs here while nothing is connected', async () => {
  show(<ConnectionsTab />, sources());
  expect(await screen.findByText('Nothing else is connected yet')).toBeTruthy();
});

it('leads from a missing password to where it is entered, and unlocks one that is locked', async () => {
  const waits = (code: string) => ({ ...shop, waits: { code } });
  const told = show(<ConnectionsTab />, {
    ...sources(
      waits('password_missing'),
      { ...waits('secrets_locked'), name: 'stock' },
      { ...waits('secrets_key_gone_file'), name: 'old' },
    ),
    secret_unlock: () => ({ locked: false }),
  });
  const old = await line('old');
  expect(old.getByText('The secrets cannot be read')).toBeTruthy();
  // None can be entered before their key is back.
  expect(old.queryByText('Enter the password…')).toBeNull();
  await userEvent.click((await line('stock')).getByText('Unlock'));
  await waitFor(() => expect(told('secret_unlock')).toHaveLength(1));
  await userEvent.click((await line('shop')).getByTestId('enter-shop'));
  const dialog = within(await screen.findByTestId('dialog-connection'));
  expect(dialog.getByText('It has to be entered on this computer.')).toBeTruthy();
});

it('says before a connection goes what does not start without it', async () => {
  const told = show(<ConnectionsTab />, {
    ...sources(shop),
    source_remove: () => ({ name: 'shop', named_by: ['Nightly'] }),
  });
  await userEvent.click((await line('shop')).getByTestId('more-shop'));
  await userEvent.click(await screen.findByTestId('menu-remove'));
  const dialog = within(await screen.findByTestId('dialog-remove-connection'));
  expect(dialog.getByText(/and its password/)).toBeTruthy();
  expect(dialog.getByText('Nightly')).toBeTruthy();
  expect(told('source_remove')).toEqual([]);
  await userEvent.click(dialog.getByTestId('connection-remove'));
  await waitFor(() => expect(told('source_remove')[0]?.input).toEqual({ name: 'shop' }));
});

it('shows of secrets their names alone, and opens the one the address names', async () => {
  search = { enter: 'mail' };
  const told = show(<SecretsTab />, {
    ...sources(shop),
    secret_list: () => ({
      total: 3,
      key: 'keyring',
      items: [
        {
          name: 'connection/shop',
          what: { code: 'secret_of_connection', fields: { name: 'shop' } },
          set_at: '2026-11-20T08:00:00Z',
        },
        {
          name: 'notice/mail',
          what: { code: 'secret_of_mail' },
          set_at: '2026-11-20T08:00:00Z',
        },
        { name: 'token', set_at: '2026-11-20T08:00:00Z' },
      ],
    }),
    secret_set: ({ name }) => ({ name }),
  });
  expect(await screen.findByText('Enter the secret “mail”')).toBeTruthy();
  const value = screen.getByTestId<HTMLInputElement>('secret-value');
  expect(value.type).toBe('password');
  await userEvent.type(value, 'hunter22{Enter}');
  await waitFor(() =>
    expect(told('secret_set')[0]?.input).toEqual({ name: 'mail', value: 'hunter22' }),
  );
  expect(screen.getByText('Password of “shop”', { ignore: false })).toBeTruthy();
  expect(screen.getByText('Password of the e-mail notices', { ignore: false })).toBeTruthy();
  expect(screen.getByText('$' + '{secret.token}', { ignore: false })).toBeTruthy();
  expect(screen.queryByText(/secret\.notice/)).toBeNull();
  expect(screen.getByTestId('more-token')).toBeTruthy();
  for (const owned of ['connection/shop', 'notice/mail'])
    expect(screen.queryByTestId(`more-${owned}`)).toBeNull();
});

it('says what is lost before it starts over without a key', async () => {
  const told = show(<SecretsTab />, {
    secret_list: () => {
      throw new CallError({ code: 'secrets_key_gone_file' });
    },
    secret_start_over: () => ({ locked: false }),
  });
  await userEvent.click(await screen.findByTestId('start-over'));
  expect(await screen.findByText(/has to be entered again/)).toBeTruthy();
  expect(told('secret_start_over')).toEqual([]);
  await userEvent.click(screen.getByTestId('start-over-go'));
  await waitFor(() => expect(told('secret_start_over')).toHaveLength(1));
});
