import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { m } from '@/i18n';
import { type RecoveryState, recovery, type SafetyCopy } from '@/ipc/recovery';
import { Recovery } from './Recovery';

const state: RecoveryState = {
  error: { code: 'database_damaged', message: '' } as RecoveryState['error'],
  folder: '/data',
  told: false,
  chosen: false,
  remedy: 'restore',
  backup: { token: 'backup', label: '/backups' } as RecoveryState['backup'],
  languages: ['en'],
};
const copy = {
  place: { token: 'copy', label: '/data/safety/copy.db' },
  made_at: '2026-01-01T00:00:00Z',
} as SafetyCopy;

/** The window while the copy is still being read, and the end of that. */
function looking() {
  let resolve: (copy: SafetyCopy | null) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  vi.spyOn(recovery, 'safetyCopy').mockReturnValue(
    new Promise((found, failed) => {
      resolve = found;
      reject = failed;
    }),
  );
  render(<Recovery state={state} />);
  return { resolve, reject };
}

const newest = () => screen.getByTestId<HTMLButtonElement>('recovery-restore-newest');
const buttons = () => screen.getAllByRole('button').map((button) => button.textContent);

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('offers the newest backup only once a newer copy was looked for', async () => {
  const { resolve } = looking();
  expect(newest().disabled).toBe(true);
  expect(screen.getByText(m.recovery_copy_looking())).toBeDefined();
  resolve(null);
  await waitFor(() => expect(newest().disabled).toBe(false));
  expect(screen.getByText(m.recovery_copy_none())).toBeDefined();
});

it('adds the copy behind the buttons that were there', async () => {
  const { resolve } = looking();
  const before = buttons().slice(0, 2);
  resolve(copy);
  await screen.findByTestId('recovery-use-copy');
  expect(buttons().slice(0, 3)).toEqual([...before, m.recovery_use_copy()]);
  expect(newest().disabled).toBe(false);
});

it('does not keep the backup back when no copy can be asked for', async () => {
  const { reject } = looking();
  reject(new Error('gone'));
  await waitFor(() => expect(newest().disabled).toBe(false));
});
