import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import {
  CallError,
  type CleanUpRule,
  type FolderCleanedUp,
  type FolderShow,
  type Input,
  setTransport,
} from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { CleanUpArchives } from './CleanUpArchives';

afterEach(cleanup);

const folder = (clean_up: CleanUpRule) =>
  ({ id: '01A', name: 'task_one', archives: 3, settings: { clean_up } }) as unknown as FolderShow;

const one = { created_at: '2026-11-21T02:00:00Z', files: 4, copied: 1, bytes: 900 };

/** Of three archives those go that are not among the newest that are kept. */
function plan({ keep = 3 }: Input<'folder_clean_up'>): FolderCleanedUp {
  const names = ['file_bak_3', 'file_bak_2', 'file_bak_1'];
  const archives = names.map((archive, at) => ({
    ...one,
    archive,
    verdict: at === 0 ? ('newest' as const) : at < keep ? ('stays' as const) : ('goes' as const),
  }));
  const going = archives.filter(({ verdict }) => verdict === 'goes');
  return {
    removed: going.map(({ archive }) => archive),
    kept: names.slice(0, keep),
    broken: [],
    bytes: going.length * 900,
    failed: [],
    folders: [{ id: '01A', name: 'task_one', archives }],
    unreached: [],
    seen: `seen ${keep}`,
    cancelled: false,
  };
}

function show(had: CleanUpRule, clean = plan) {
  const folder_clean_up = vi.fn(clean);
  const folder_set = vi.fn((_: Input<'folder_set'>) => folder({}));
  setTransport(testTransport({ folder_clean_up, folder_set }));
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={createQueryClient()}>
      <CleanUpArchives folder={folder(had)} onClose={onClose} />
    </QueryClientProvider>,
  );
  const applied = () =>
    folder_clean_up.mock.calls.map(([input]) => input).filter(({ dry_run }) => !dry_run);
  return { applied, folder_set, onClose };
}

async function type(id: string, value: string) {
  const field = await screen.findByTestId(id);
  const input = field instanceof HTMLInputElement ? field : field.querySelector('input');
  fireEvent.change(input as HTMLInputElement, { target: { value } });
  fireEvent.keyDown(input as HTMLInputElement, { key: 'Enter' });
}

it('shows what would go before it goes, and removes just that', async () => {
  const { applied, folder_set, onClose } = show({});
  expect(await screen.findByText('Nothing would go.')).toBeTruthy();
  await type('archives-keep', '1');
  expect(await screen.findByText('2 archives would go; 1.8 kB would be free again.')).toBeTruthy();
  expect(within(screen.getByTestId('clean-up-file_bak_3')).getByText('newest')).toBeTruthy();
  expect(within(screen.getByTestId('clean-up-file_bak_1')).getByText('goes')).toBeTruthy();
  expect(applied()).toEqual([]);
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(applied()).toEqual([{ id: '01A', keep: 1, seen: 'seen 1' }]);
  expect(folder_set).not.toHaveBeenCalled();
});

it('looks anew while one types, without leaving the field, and takes no number that is none', async () => {
  const { applied } = show({});
  expect(await screen.findByText('Nothing would go.')).toBeTruthy();
  const keep = screen.getByTestId('archives-keep');
  fireEvent.change(keep, { target: { value: '2' } });
  const sum = screen.getByRole('status', { busy: true });
  expect(sum.textContent).toBe('Nothing would go.');
  expect(screen.getByTestId('clean-up-archives-apply').hasAttribute('disabled')).toBe(true);
  expect(await screen.findByText(/1 archive would go/)).toBeTruthy();
  fireEvent.change(keep, { target: { value: 'few' } });
  expect(screen.getByTestId('clean-up-archives-apply').hasAttribute('disabled')).toBe(true);
  expect(screen.getByText('A whole number')).toBeTruthy();
  expect(sum.textContent).toBe('');
  expect(screen.queryByText('goes')).toBeNull();
  expect(screen.getByTestId('clean-up-file_bak_1')).toBeTruthy();
  fireEvent.change(keep, { target: { value: '1' } });
  expect(await screen.findByText(/2 archives would go/)).toBeTruthy();
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  await waitFor(() => expect(applied()).toEqual([{ id: '01A', keep: 1, seen: 'seen 1' }]));
});

it('keeps all archives in sight, and all here, where a zero or an empty field takes the last limit away', async () => {
  show({ keep: 1 });
  expect(await screen.findByText(/2 archives would go/)).toBeTruthy();
  for (const none of ['0', '']) {
    fireEvent.change(screen.getByTestId('archives-keep'), { target: { value: none } });
    expect(await screen.findByText('No limit is set, so every archive stays.')).toBeTruthy();
    expect(screen.getAllByText('stays')).toHaveLength(2);
    await type('archives-keep', '1');
    expect(await screen.findByText(/2 archives would go/)).toBeTruthy();
  }
});

it('lets the limits hold every day from then on only where that is ticked', async () => {
  const { applied, folder_set, onClose } = show({});
  await type('archives-days', '90');
  await userEvent.click(screen.getByTestId('clean-up-daily'));
  await waitFor(() =>
    expect(screen.getByTestId('clean-up-archives-apply').hasAttribute('disabled')).toBe(false),
  );
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(applied()).toEqual([]);
  expect(folder_set.mock.calls.map(([input]) => input)).toEqual([
    { id: '01A', clean_up: { keep: 10, older_than_days: 90 } },
  ]);
});

it('takes a rule away', async () => {
  const { folder_set } = show({ keep: 3 });
  await screen.findByText('Nothing would go.');
  await userEvent.click(screen.getByTestId('clean-up-daily'));
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  await waitFor(() =>
    expect(folder_set.mock.calls.map(([input]) => input)).toEqual([{ id: '01A', clean_up: {} }]),
  );
});

it('says what could not be removed, and what became another plan, and stays open', async () => {
  let isOther = true;
  const { onClose } = show({ keep: 2 }, (input) => {
    const found = plan(input);
    if (input.dry_run) return found;
    if (isOther) throw new CallError({ code: 'plan_changed' });
    const reason = { code: 'archive_holds_other', fields: { file: 'mine.txt' } };
    return { ...found, removed: [], failed: [{ file: 'file_bak_1', reason }] };
  });
  await screen.findByText(/1 archive would go/);
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  expect(await screen.findByTestId('error')).toBeTruthy();
  isOther = false;
  await userEvent.click(screen.getByTestId('clean-up-archives-apply'));
  expect(await screen.findByText(/“mine.txt” lies in it/)).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
});

it('tells an archive without a record from a broken one', async () => {
  const left = (archive: string, code: string) => ({
    ...one,
    archive,
    verdict: 'broken' as const,
    reason: { code },
  });
  const archives = [
    left('file_bak_2', 'archive_record_missing'),
    left('file_bak_1', 'archive_record_damaged'),
  ];
  show({ keep: 3 }, (input) => ({
    ...plan(input),
    folders: [{ id: '01A', name: 'task_one', archives }],
  }));
  const line = async (archive: string) => within(await screen.findByTestId(`clean-up-${archive}`));
  expect((await line('file_bak_2')).getByText('no record')).toBeTruthy();
  expect((await line('file_bak_1')).getByText('broken')).toBeTruthy();
});
