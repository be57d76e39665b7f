import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import { dismiss, toasts } from '@/components/toast';
import {
  type ArchiveRow,
  CallError,
  type FolderCheckedArchive,
  type FolderPutBackPlan,
  type FolderShow,
  setTransport,
} from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { FolderPage } from './FolderPage';
import { putBackWork } from './work';

const went = vi.fn();
let archiveName = 'file_bak_20261121_020000';
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useParams: () => ({ id: '01A' }),
  useSearch: () => ({ tab: 'archives', archive: archiveName }),
  useNavigate: () => went,
}));

beforeEach(() => {
  went.mockReset();
  archiveName = 'file_bak_20261121_020000';
  // Rows exist only where a list has room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
});
afterEach(() => {
  cleanup();
  putBackWork('01A').forget();
  for (const { id } of toasts()) dismiss(id);
  vi.restoreAllMocks();
});

const folder: FolderShow = {
  id: '01A',
  name: 'task_20261120_020000',
  path: '/data/task-folders/task_20261120_020000',
  workflow_id: 'describe',
  archives: 1,
  file_count: 1,
  bytes: 4000,
  named_by: { workflows: [], more: false },
  settings: {
    on_archive_failure: 'stop',
    archive: true,
    archive_in_step_mode: false,
    keep: [],
    clean_up: {},
  },
  files: [{ name: 'orders.ddl', bytes: 4000, kept: false, link: false }],
};
const archive: ArchiveRow = {
  archive: 'file_bak_20261121_020000',
  created_at: '2026-11-21T02:00:00Z',
  files: 4,
  copied: 0,
  bytes: 900,
  earlier: false,
  missing: 0,
  failed: 0,
};
const older: ArchiveRow = { ...archive, archive: 'file_bak_20250721_120236', earlier: true };
const statistics = { archives: 2, files: 8, bytes: 1800, oldest: null, newest: null, broken: 0 };
const plan: FolderPutBackPlan = {
  archive: archive.archive,
  stamp: 'ab',
  makes_way: ['new.csv', 'orders.ddl'],
  files: [
    { name: 'gone.md', bytes: 3, state: 'returns', unverified: false },
    { name: 'orders.ddl', bytes: 3, state: 'returns', replaces: 'orders.ddl', unverified: false },
    { name: 'later.txt', bytes: 3, state: 'besides', unverified: true },
    { name: 'same.json', bytes: 3, state: 'same', unverified: false },
    {
      name: 'rot.json',
      bytes: 3,
      state: 'hindered',
      reason: { code: 'put_back_damaged', fields: {} },
      unverified: false,
    },
  ],
};
const done = {
  restored: ['gone.md', 'orders.ddl'],
  archived_first: 'file_bak_20261122_030000',
  same: ['same.json'],
  failed: [],
  unverified: 0,
  bytes: 6,
  cancelled_late: false,
};

function show(answers: Answers = {}, shown: Partial<FolderShow> = {}) {
  const transport = testTransport({
    folder_show: () => ({ ...folder, ...shown }),
    folder_archives: () => ({ total: 2, items: [archive, older], statistics }),
    folder_archive_show: ({ archive }) => ({ archive, path: '', files: [], failed: [] }),
    folder_put_back_plan: () => plan,
    ...answers,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <FolderPage />
      <Toasts />
    </QueryClientProvider>,
  );
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

async function open(deed: 'put-back' | 'compare' | 'check') {
  await userEvent.click(await screen.findByTestId(`archive-${deed}`));
  return within(await screen.findByTestId(`dialog-${deed}`));
}

it('does not begin where the disk has no room for all, and may for some of the files', async () => {
  const no_room = { path: '/tasks/one', needed: 3_000_000, free: 4096 };
  const told = show({ folder_put_back_plan: () => ({ ...plan, no_room }) });
  const dialog = await open('put-back');
  const notice = await dialog.findByTestId('put-back-no-room');
  expect(notice.textContent).toMatch(/4\.1\skB free.*3\sMB/);
  await userEvent.click(dialog.getByTestId('put-back-start'));
  expect(told('folder_put_back')).toEqual([]);
  await userEvent.click(dialog.getByTestId('put-back-few'));
  expect(dialog.queryByTestId('put-back-no-room')).toBeNull();
});

it('looks again once somebody has made room', async () => {
  const no_room = { path: '/tasks/one', needed: 3_000_000, free: 4096 };
  const plans = [{ ...plan, no_room }, plan];
  show({ folder_put_back_plan: () => plans.shift() ?? plan });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-look-again'));
  await screen.findByTestId('put-back-start');
  expect(screen.queryByTestId('put-back-no-room')).toBeNull();
  expect(screen.getByTestId('put-back-start').hasAttribute('disabled')).toBe(false);
});

it('says before all is put back what comes, what makes way and what cannot come', async () => {
  const told = show({ folder_put_back: () => done });
  const dialog = await open('put-back');
  const way = within(await screen.findByTestId('put-back-makes-way'));
  expect(way.getByText('2 files of today are archived first:')).toBeTruthy();
  expect(way.getByText('new.csv, orders.ddl')).toBeTruthy();
  expect(dialog.getByText(/1 file is the same in the folder already/)).toBeTruthy();
  const hindered = within(dialog.getByTestId('put-back-hindered'));
  expect(hindered.getByText('rot.json')).toBeTruthy();
  expect(told('folder_put_back')).toEqual([]);
  await userEvent.click(dialog.getByTestId('put-back-start'));
  await waitFor(() => expect(screen.queryByTestId('dialog-put-back')).toBeNull());
  expect(told('folder_put_back').map(({ input }) => input)).toEqual([
    { id: '01A', archive: archive.archive, stamp: 'ab' },
  ]);
  expect(
    await screen.findByText('2 files are back. What was there is in file_bak_20261122_030000.'),
  ).toBeTruthy();
  await userEvent.click(screen.getByTestId('put-back-look'));
  expect(went).toHaveBeenCalledWith(
    expect.objectContaining({ search: { tab: 'archives', archive: done.archived_first } }),
  );
});

it('puts only those back that are chosen, and says what makes way for them', async () => {
  const told = show({ folder_put_back: () => ({ ...done, restored: ['orders.ddl'] }) });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-few'));
  expect(dialog.getByTestId('put-back-start')).toHaveProperty('disabled', true);
  await userEvent.click(within(dialog.getByTestId('row-orders.ddl')).getByRole('checkbox'));
  const way = within(screen.getByTestId('put-back-makes-way'));
  expect(way.getByText('1 file of today is archived first:')).toBeTruthy();
  expect(dialog.getByText('Put back 1 file')).toBeTruthy();
  await userEvent.click(dialog.getByTestId('put-back-start'));
  await waitFor(() => expect(screen.queryByTestId('dialog-put-back')).toBeNull());
  expect(told('folder_put_back')[0]?.input).toMatchObject({ files: ['orders.ddl'] });
});

it('looks again when the folder has changed since', async () => {
  const told = show({
    folder_put_back: () => {
      throw new CallError({ code: 'plan_changed' });
    },
  });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  await waitFor(() => expect(told('folder_put_back_plan').length).toBe(2));
  const again = within(await screen.findByTestId('dialog-put-back'));
  expect(await again.findByText(/was changed since the plan was made/)).toBeTruthy();
  expect(again.getByTestId('put-back-start')).toHaveProperty('disabled', false);
});

it('gives way to the progress while files are put back, from where it can be cancelled', async () => {
  let refuse: (error: CallError) => void = () => undefined;
  const told = show({
    folder_put_back: () =>
      new Promise((_, reject) => {
        refuse = reject;
      }),
  });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  await waitFor(() => expect(told('folder_put_back').length).toBe(1));
  expect(screen.queryByTestId('dialog-put-back')).toBeNull();
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
  expect(putBackWork('01A').state.status).toBe('cancelling');
  refuse(new CallError({ code: 'cancelled' }));
  expect(await screen.findByText('Cancelled. All files are where they were.')).toBeTruthy();
  expect(screen.queryByTestId('dialog-put-back')).toBeNull();
});

it('closes no other dialog that was opened while files were put back', async () => {
  let refuse: (error: CallError) => void = () => undefined;
  show({
    folder_put_back: () =>
      new Promise((_, reject) => {
        refuse = reject;
      }),
    folder_check: () => ({ total: 0, items: [] }),
  });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  await open('check');
  refuse(new CallError({ code: 'plan_changed' }));
  await waitFor(() => expect(putBackWork('01A').state.status).toBe('failed'));
  expect(screen.getByTestId('dialog-check')).toBeTruthy();
  expect(screen.queryByTestId('dialog-put-back')).toBeNull();
});

it('claims nothing of files that a silent disk may still finish or take back', async () => {
  show({
    folder_put_back: () => {
      throw new CallError({ code: 'cancelled', hints: ['putting_back_goes_on'] });
    },
  });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  expect(await screen.findByText(/^The disk does not answer at present/)).toBeTruthy();
  expect(screen.queryByText(/where they were/)).toBeNull();
});

it('says of a cancel that came too late that everything is back', async () => {
  show({ folder_put_back: () => ({ ...done, cancelled_late: true }) });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  expect(
    await screen.findByText(/^2 files are back\. The cancel came when everything was/),
  ).toBeTruthy();
});

it('says that an archive was made before files were put back', async () => {
  const items = [{ ...archive, made_way_for: 'file_bak_1' }];
  show({ folder_archives: () => ({ total: 1, items, statistics }) });
  expect(await screen.findByText('Made before files of file_bak_1 were put back')).toBeTruthy();
});

it('brings of what made way those files back and leaves the rest of the folder alone', async () => {
  const items = [{ ...archive, made_way_for: 'file_bak_1' }];
  const told = show({
    folder_archives: () => ({ total: 1, items, statistics }),
    folder_put_back: () => done,
  });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  await waitFor(() => expect(told('folder_put_back').length).toBe(1));
  expect(told('folder_put_back')).toMatchObject([{ input: { files: ['gone.md', 'orders.ddl'] } }]);
});

it('names afterwards what could not be put back', async () => {
  const failed = [{ file: 'rot.json', reason: { code: 'put_back_damaged', fields: {} } }];
  show({ folder_put_back: () => ({ ...done, failed }) });
  const dialog = await open('put-back');
  await userEvent.click(await dialog.findByTestId('put-back-start'));
  const outcome = within(await screen.findByTestId('put-back-done'));
  expect(outcome.getByText('2 files are back.')).toBeTruthy();
  expect(outcome.getByText('rot.json')).toBeTruthy();
});

it('cannot put anything back while a run works there', async () => {
  show({}, { held_by: '01RUN' });
  const dialog = await open('put-back');
  expect(await dialog.findByText(/A run works in the folder/)).toBeTruthy();
  expect(dialog.getByTestId('put-back-start')).toHaveProperty('disabled', true);
});

it('says that nothing proves what an earlier tool archived', async () => {
  const files = plan.files.map((file) => ({ ...file, unverified: true }));
  show({ folder_put_back_plan: () => ({ ...plan, files }) });
  const dialog = await open('put-back');
  expect(await dialog.findByText(/has no checksums/)).toBeTruthy();
});

it('shows what differs, the text beside it, and all files when asked', async () => {
  // It is loaded when it is first looked at, which takes a busy machine longer than a test waits.
  await import('@/components/TextDifferenceView');
  const told = show({
    folder_compare: () => ({
      total: 4,
      changed: 3,
      items: [
        { name: 'a.ddl', relation: 'changed', then_bytes: 3, now_bytes: 5 },
        { name: 'b.png', relation: 'changed', then_bytes: 3, now_bytes: 4 },
        { name: 'd.md', relation: 'only_then', then_bytes: 3 },
        { name: 'c.md', relation: 'same', then_bytes: 3, now_bytes: 3 },
      ],
    }),
    folder_compare_text: ({ file }) =>
      file === 'a.ddl'
        ? { before: 'one\n', after: 'two\n' }
        : { reason: { code: 'not_ours_binary', fields: {} } },
  });
  const dialog = await open('compare');
  expect(await dialog.findByText('3 of 4 files differ')).toBeTruthy();
  expect(await dialog.findByTestId('text-difference')).toBeTruthy();
  expect(dialog.queryByTestId('row-c.md')).toBeNull();
  await userEvent.click(dialog.getByText('b.png'));
  expect(await dialog.findByText('Not a text file')).toBeTruthy();
  await userEvent.click(dialog.getByText('d.md'));
  expect((await dialog.findAllByText('Only in the archive')).length).toBe(1);
  await userEvent.click(dialog.getByTestId('compare-all'));
  await userEvent.click(dialog.getByText('c.md'));
  expect(dialog.getByText('The same')).toBeTruthy();
  expect(told('folder_compare')[0]?.input).toEqual({ id: '01A', archive: archive.archive });
});

it('names what of an archive is not as its record says', async () => {
  const item: FolderCheckedArchive = {
    archive: archive.archive,
    proven: 2,
    unverified: 0,
    failed: [{ file: 'rot.json', reason: { code: 'put_back_damaged', fields: {} } }],
    unreadable: 0,
    besides: ['later.txt'],
  };
  show({ folder_check: () => ({ total: 1, items: [item] }) });
  const dialog = await open('check');
  const failed = within(await dialog.findByTestId('check-failed'));
  expect(failed.getByText('rot.json')).toBeTruthy();
  expect(failed.getByText('2 files are exactly what was archived.')).toBeTruthy();
  expect(dialog.getByText('Not in the record: later.txt')).toBeTruthy();
});

it('names the hidden folders that belong to nothing, and leaves them to people', async () => {
  const leftovers = [{ name: '.01A.partial', kind: 'waiting' as const }];
  show({ folder_check: () => ({ total: 0, items: [], leftovers }) });
  const dialog = await open('check');
  const left = within(await dialog.findByTestId('check-leftovers'));
  expect(left.getByText('.01A.partial')).toBeTruthy();
  expect(left.getByText(/^Left in the folder by a putting back/)).toBeTruthy();
});
