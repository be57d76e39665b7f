import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { toasts } from '@/components/toast';
import { CallError, type SourceRow, type SourceTested, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { ConnectionDialog } from './ConnectionDialog';

afterEach(cleanup);

function open(answers: Answers, kept: SourceRow | null = null) {
  const transport = testTransport({ source_test: () => ({ ok: true }), ...answers });
  setTransport(transport);
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConnectionDialog kept={kept} onClose={onClose} />
    </QueryClientProvider>,
  );
  const told = (name: string) => transport.calls.filter((call) => call.name === name);
  return { onClose, told };
}

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`connection-${name}`);
const press = (id: string) => fireEvent.click(screen.getByTestId(id));

const type = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });

function describe(address: string) {
  fireEvent.paste(field('address'), { clipboardData: { getData: () => address } });
  type('name', 'shop');
}

it('fills the fields from an address, its password out of sight', () => {
  open({});
  describe('mysql://anna:wrong@db:3307/shop');
  expect(field('address').value).toBe('');
  const filled = ['host', 'port', 'database', 'user'].map((name) => field(name).value);
  expect(filled).toEqual(['db', '3307', 'shop', 'anna']);
  expect([field('password').type, field('password').value]).toEqual(['password', 'wrong']);
});

it('says what a test answers, as long as that is what was asked, and then adds it', async () => {
  const refused = { code: 'login_refused', fields: { source: 'shop', user: 'anna' } };
  const answers: SourceTested[] = [
    { ok: false, error: refused },
    { ok: true, version: '10.11.6-MariaDB' },
  ];
  const { told, onClose } = open({
    source_try: () => answers.shift() as SourceTested,
    source_add: () => ({ name: 'shop', type: 'mysql', with_password: true, running: 0 }),
  });
  describe('mysql://anna:wrong@db:3307/shop');
  press('connection-test');
  const failed = await screen.findByTestId('test-failed');
  expect(failed.textContent).toContain('“shop” does not let “anna” in with this password');
  expect(failed.querySelector('details code')?.textContent).toContain('login_refused');
  type('password', 'right');
  expect(screen.queryByTestId('test-failed')).toBeNull();
  press('connection-test');
  expect((await screen.findByTestId('test-ok')).textContent).toBe('It answers: MariaDB 10.11.6');
  press('connection-save');
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(told('source_add')[0]?.input).toMatchObject({
    name: 'shop',
    host: 'db',
    password: 'right',
  });
});

it('does not wait for an answer that is not wanted any more', async () => {
  let answer: (tested: SourceTested) => void = () => undefined;
  open({
    source_try: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  describe('redis://cache');
  screen.getByTestId('connection-test').focus();
  press('connection-test');
  await screen.findByTestId('test-asking');
  expect(document.activeElement).toBe(screen.getByTestId('connection-test'));
  press('connection-test');
  answer({ ok: true, version: 'Redis 7' });
  await waitFor(() => expect(screen.queryByTestId('test-asking')).toBeNull());
  expect(screen.queryByTestId('test-ok')).toBeNull();
});

it('says at the field what is wrong with it, and asks nothing until it is right', async () => {
  const { told } = open({
    source_add: () => {
      throw new CallError({
        code: 'connection_invalid',
        fields: { field: '/name' },
        because: { code: 'connection_name_reserved', fields: { name: 'mysql' } },
      });
    },
  });
  press('kind-mysql');
  press('connection-save');
  expect(screen.getByText('Give the connection a name')).toBeTruthy();
  expect(told('source_add')).toEqual([]);
  type('name', 'mysql');
  type('host', 'db');
  press('connection-save');
  await screen.findByText('“mysql” has a meaning of its own; choose another name');
  expect(told('source_add')).toHaveLength(1);
});

it('keeps a connection that does not answer, and says so before', async () => {
  const { told, onClose } = open({
    source_try: () => ({ ok: false, error: { code: 'source_slow', fields: { source: 'shop' } } }),
    source_add: () => ({ name: 'shop', type: 'redis', with_password: false, running: 0 }),
  });
  describe('redis://cache');
  expect(screen.getByText('Not tested yet. It can be kept all the same.')).toBeTruthy();
  press('connection-test');
  await screen.findByText('The test did not pass. It can be kept all the same.');
  press('connection-save');
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(told('source_add')).toHaveLength(1);
  expect(toasts().at(-1)?.text).toBe('“shop” is kept, but does not answer yet.');
});

it('tells what is odd about what was kept', async () => {
  const warnings = [{ code: 'source_file_not_there', fields: { path: '/data/shop.db' } }];
  const { onClose } = open({
    source_add: () => ({ name: 'shop', type: 'redis', with_password: false, running: 0, warnings }),
  });
  describe('redis://cache');
  press('connection-save');
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(toasts().at(-1)).toMatchObject({ tone: 'warn' });
  expect(toasts().at(-1)?.text).toMatch(/^There is no file \/data\/shop\.db now/);
});

it('shows of a password only that it is there, and asks for it anew for another server', async () => {
  const kept = {
    name: 'shop',
    type: 'mysql',
    with_password: true,
    running: 0,
    connection: { name: 'shop', kind: 'mysql', host: 'db', port: 3306, tls: false },
  } as SourceRow;
  const { told, onClose } = open({ source_update: () => kept }, kept);
  expect(field('password').value).toBe('');
  expect(screen.getByText('It is kept. Type here only to replace it.')).toBeTruthy();
  type('host', 'db2');
  expect(screen.getByText(/was given for another server/)).toBeTruthy();
  press('connection-save');
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(told('source_update')[0]?.input).toMatchObject({ host: 'db2', password: undefined });
});

it('asks whether what waits for a server goes along to where it is now', async () => {
  const kept = {
    name: 'shop',
    type: 'mysql',
    with_password: false,
    running: 0,
    connection: { name: 'shop', kind: 'mysql', host: 'db', port: 3306, tls: false },
  } as SourceRow;
  const { told, onClose } = open(
    {
      source_update: (input) => {
        if (input.move_waiting) return kept;
        const fields = { name: 'shop', count: '2' };
        throw new CallError({ code: 'connection_behind_elsewhere', fields });
      },
    },
    kept,
  );
  type('host', 'db2');
  await press('connection-save');
  await screen.findByTestId('connection-save-moving');
  await press('connection-save-moving');
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  const inputs = told('source_update').map(({ input }) => input);
  expect(inputs).toMatchObject([{ host: 'db2' }, { host: 'db2', move_waiting: true }]);
});
