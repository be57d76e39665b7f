import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import {
  CallError,
  type Input,
  type SessionStats,
  type SessionStoreMoved,
  setTransport,
} from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { MoveStoreDialog } from './MoveStoreDialog';
import { moveStoreWork } from './work';

const PICKED = { token: 'usb', label: '/media/usb/kept', folder: true };

vi.mock('./pick', () => ({ pickTarget: () => Promise.resolve(PICKED) }));

afterEach(() => {
  cleanup();
  moveStoreWork.forget();
});

const stats = {
  store_dir: '/home/ann/flowkeep/snapshots',
  store_chosen: false,
  store_away: false,
} as SessionStats;

function moving(of: Partial<SessionStats>, left: string[] = [], unread: string[] = []) {
  const session_move_store = vi.fn(
    (_: Input<'session_move_store'>): SessionStoreMoved => ({
      store_dir: '/media/usb/kept',
      files: 4,
      bytes: 900,
      left,
      unread,
    }),
  );
  return { session_move_store, ...shown(of, { session_move_store }) };
}

function shown(of: Partial<SessionStats>, answers: Answers) {
  const onClose = vi.fn();
  setTransport(testTransport(answers));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MoveStoreDialog stats={{ ...stats, ...of }} onClose={onClose} />
    </QueryClientProvider>,
  );
  return { onClose };
}

const go = () => screen.getByTestId('move-store-go') as HTMLButtonElement;

it('moves the store to the folder that was chosen, and closes', async () => {
  const { session_move_store, onClose } = moving({});
  expect(screen.getByText('/home/ann/flowkeep/snapshots')).toBeTruthy();
  expect(screen.queryByTestId('move-store-usual')).toBeNull();
  expect(go().disabled).toBe(true);
  await userEvent.click(screen.getByTestId('move-store-pick'));
  expect(await screen.findByText('/media/usb/kept')).toBeTruthy();
  await userEvent.click(go());
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(session_move_store.mock.calls[0]?.[0]).toEqual({ to: { picked: 'usb' } });
});

it('moves it back, and says what is still at the old place', async () => {
  const of = { store_dir: '/media/usb/kept', store_chosen: true };
  const { session_move_store, onClose } = moving(of, ['/media/usb/kept/film']);
  await userEvent.click(screen.getByTestId('move-store-usual'));
  await userEvent.click(go());
  expect(await screen.findByText('/media/usb/kept/film')).toBeTruthy();
  expect(session_move_store.mock.calls[0]?.[0]).toEqual({});
  expect(onClose).not.toHaveBeenCalled();
});

it('names what cannot be read and stays', async () => {
  const worn = '/home/ann/flowkeep/snapshots/objects/ab/cd.zst';
  const { onClose } = moving({}, [], [worn]);
  await userEvent.click(screen.getByTestId('move-store-pick'));
  await userEvent.click(go());
  expect(await screen.findByText(worn)).toBeTruthy();
  expect(screen.getByText(/^1 file cannot be read and stays/)).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
});

it('begins anew only where somebody says that the old place is gone', async () => {
  const store_why = { code: 'error_snapshot_store_gone', fields: { path: '/media/usb/kept' } };
  const of = { store_dir: '/media/usb/kept', store_chosen: true, store_away: true, store_why };
  const { session_move_store } = moving(of);
  await userEvent.click(screen.getByTestId('move-store-usual'));
  expect(go().disabled).toBe(true);
  await userEvent.click(screen.getByTestId('move-store-lost'));
  await userEvent.click(go());
  await waitFor(() => expect(session_move_store).toHaveBeenCalled());
  expect(session_move_store.mock.calls[0]?.[0]).toEqual({ lost: true });
});

it.each([
  ['error_disk_silent', /does not answer/],
  ['file_forbidden', /This account may not open it/],
])('lets a store be moved of which the disk says %s, and says that', async (code, words) => {
  const store_why = { code, fields: { path: '/media/usb/kept' } };
  moving({ store_dir: '/media/usb/kept', store_chosen: true, store_away: true, store_why });
  expect(screen.getAllByText(words).length).toBeGreaterThan(0);
  expect(screen.queryByText(/not there now/)).toBeNull();
  await userEvent.click(screen.getByTestId('move-store-usual'));
  expect(go().disabled).toBe(false);
});

it('says why it was refused, and lets another folder be chosen', async () => {
  const refused = () => {
    throw new CallError({ code: 'folder_not_empty', fields: { path: '/media/usb/kept' } });
  };
  const { onClose } = shown({}, { session_move_store: refused });
  await userEvent.click(screen.getByTestId('move-store-pick'));
  await userEvent.click(go());
  expect(await screen.findByText(/There is something in/)).toBeTruthy();
  expect(screen.getByTestId('move-store-pick')).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
});
