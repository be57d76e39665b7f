import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type NoticeChannels, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { NoticesCard } from './NoticesCard';

afterEach(cleanup);

const none: NoticeChannels = {
  kinds: ['failed', 'waiting'],
  unsent: 0,
  channels: [
    { channel: 'desktop', on: true, held: false, with_secret: false, with_signing: false },
    { channel: 'mail', on: false, held: false, with_secret: false, with_signing: false },
    { channel: 'webhook', on: false, held: false, with_secret: false, with_signing: false },
  ],
};
const empty = { total: 0, unsent: 0, items: [] };

function card(answers: Parameters<typeof testTransport>[0]) {
  setTransport(
    testTransport({ notice_channels: () => none, notice_list: () => empty, ...answers }),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NoticesCard />
    </QueryClientProvider>,
  );
}

const input = (testid: string) => screen.getByTestId(testid) as HTMLInputElement;
const type = (testid: string, value: string) =>
  fireEvent.change(input(testid), { target: { value } });

it('keeps what is typed of a mail server, switched on, and tells what is wrong at its field', async () => {
  const wrong = new CallError({
    code: 'notice_invalid',
    message: '',
    fields: { field: 'to' },
    because: { code: 'mail_to_missing', fields: {} },
  } as never);
  const notice_set = vi.fn((given: Input<'notice_set'>) => {
    if (given.to?.every((to) => to.trim() === '')) throw wrong;
    return none;
  });
  card({ notice_set });
  fireEvent.click(await screen.findByTestId('notice-set-mail'));
  await screen.findByTestId('mail-host');
  type('mail-host', 'smtp.example.com');
  type('mail-from', 'ops@example.com');
  type('mail-password', 'hunter2');
  fireEvent.click(screen.getByTestId('notice-form-save'));
  await screen.findByText(/at least one address/);
  type('mail-to', 'ada@example.com');
  fireEvent.click(screen.getByTestId('notice-form-save'));
  await waitFor(() => expect(screen.queryByTestId('dialog-mail')).toBeNull());
  expect(notice_set.mock.lastCall?.[0]).toEqual({
    channel: 'mail',
    on: true,
    host: 'smtp.example.com',
    port: 587,
    security: 'starttls',
    user: '',
    from: 'ops@example.com',
    to: ['ada@example.com'],
    secret: 'hunter2',
  });
});

it('leaves a channel off that somebody switched off and changes', async () => {
  const mail = {
    host: 'smtp.example.com',
    port: 587,
    security: 'starttls' as const,
    from: 'ops@example.com',
    to: ['ada@example.com'],
  };
  const channels = none.channels.map((one) => (one.channel === 'mail' ? { ...one, mail } : one));
  const notice_set = vi.fn((_: Input<'notice_set'>) => none);
  card({ notice_set, notice_channels: () => ({ ...none, channels }) as never });
  fireEvent.click(await screen.findByTestId('notice-set-mail'));
  await screen.findByTestId('mail-host');
  type('mail-host', 'mail.example.com');
  fireEvent.click(screen.getByTestId('notice-form-save'));
  await waitFor(() => expect(notice_set).toHaveBeenCalled());
  expect(notice_set.mock.lastCall?.[0]).not.toHaveProperty('on');
});

it('says in a sentence what a test came to, and shows no address that was typed', async () => {
  const error = {
    code: 'webhook_refused',
    fields: { host: 'example.com', code: '93000', said: 'invalid key' },
  };
  card({ notice_test: () => ({ ok: false, error: error as never }) });
  fireEvent.click(await screen.findByTestId('notice-set-webhook'));
  await screen.findByTestId('webhook-address');
  expect(input('webhook-address').type).toBe('password');
  type('webhook-address', 'https://example.com/?key=1');
  fireEvent.click(screen.getByTestId('notice-form-test'));
  const said = await screen.findByTestId('notice-tested');
  expect(said.textContent).toContain('did not take the message (93000): invalid key');
});

it('says of a test what was tested, and keeps a form once however often Enter is pressed', async () => {
  let answer = (_: NoticeChannels) => {};
  const notice_set = vi.fn(() => new Promise<NoticeChannels>((done) => (answer = done)));
  card({ notice_test: () => ({ ok: true, error: null }), notice_set: notice_set as never });
  fireEvent.click(await screen.findByTestId('notice-set-webhook'));
  await screen.findByTestId('webhook-address');
  type('webhook-address', 'https://example.com/?key=1');
  fireEvent.click(screen.getByTestId('notice-form-test'));
  await screen.findByTestId('notice-tested');
  type('webhook-address', 'https://example.com/?key=2');
  expect(screen.queryByTestId('notice-tested')).toBeNull();
  // Nor while it is kept.
  for (const _ of [1, 2]) fireEvent.keyDown(input('webhook-address'), { key: 'Enter' });
  await waitFor(() => expect(notice_set).toHaveBeenCalled());
  expect(notice_set).toHaveBeenCalledTimes(1);
  expect(screen.queryByTestId('notice-tested')).toBeNull();
  answer(none);
  await waitFor(() => expect(screen.queryByTestId('dialog-webhook')).toBeNull());
});

it('changes of what people are told', async () => {
  const notice_choose = vi.fn((_: Input<'notice_choose'>) => none);
  card({ notice_choose });
  fireEvent.click(await screen.findByLabelText('A backup that is old'));
  await waitFor(() =>
    expect(notice_choose.mock.lastCall?.[0]).toEqual({ kinds: ['failed', 'waiting', 'backup'] }),
  );
});
