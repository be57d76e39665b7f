import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type ArchiveRow, CallError, type FolderShow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { isTaken } from '../drops';
import { FolderPage } from './FolderPage';
import { archiveWork } from './work';

let search: { tab?: string; archive?: string } = {};
const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useParams: () => ({ id: '01A' }),
  useSearch: () => search,
  useNavigate: () => went,
}));

beforeEach(() => went.mockReset());
afterEach(() => {
  cleanup();
  archiveWork('01A').forget();
  search = {};
});

const folder: FolderShow = {
  id: '01A',
  name: 'task_20261120_020000',
  path: '/data/task-folders/task_20261120_020000',
  workflow_id: 'describe',
  workflow_name: 'Describe a database',
  archives: 2,
  file_count: 3,
  bytes: 4215,
  named_by: { workflows: [{ id: 'describe', name: 'Describe a database' }], more: false },
  settings: {
    on_archive_failure: 'stop',
    archive: true,
    archive_in_step_mode: false,
    keep: ['mapping.csv'],
    clean_up: {},
  },
  files: [
    { name: 'orders.ddl', bytes: 4000, kept: false, link: false },
    { name: 'latest', bytes: 0, kept: false, link: true },
    { name: 'table_list.txt', bytes: 15, kept: true, link: false },
  ],
};
const newest: ArchiveRow = {
  archive: 'file_bak_20261121_020000',
  created_at: '2026-11-21T02:00:00Z',
  files: 4,
  copied: 1,
  bytes: 900,
  run: '01RUN',
  earlier: false,
  missing: 0,
  failed: 0,
};
const broken: ArchiveRow = {
  ...newest,
  archive: 'file_bak_20250721_120236',
  created_at: null,
  run: undefined,
  earlier: true,
  missing: 2,
  broken: { code: 'archive_record_damaged' },
};
const statistics = { archives: 2, files: 8, bytes: 1800, oldest: null, newest: null, broken: 1 };
const done = {
  archive: 'file_bak_20261122_030000',
  moved: ['orders.ddl', 'latest'],
  copied: ['table_list.txt'],
  failed: [],
  kept: ['table_list.txt'],
  vanished: [],
  bytes: 4015,
};
const inUse = { code: 'archive_file_in_use', fields: { program: 'excel' } };
const list = { token: 't2', label: '/home/ada/tables.txt', folder: false };

function show(answers: Answers = {}, shown: Partial<FolderShow> = {}) {
  const transport = testTransport(
    {
      folder_show: () => ({ ...folder, ...shown }),
      folder_archives: () => ({ total: 2, items: [newest, broken], statistics }),
      folder_archive_show: ({ archive }) => ({ archive, path: '', files: [], failed: [] }),
      ...answers,
    },
    { pick_file: async () => list },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <FolderPage />
    </QueryClientProvider>,
  );
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

it('says before it archives what goes and what stays, and afterwards where it is', async () => {
  const told = show({ folder_archive: () => done });
  await userEvent.click(await screen.findByTestId('folder-archive'));
  const dialog = within(await screen.findByTestId('dialog-archive'));
  expect(dialog.getByText('Archive 2 files')).toBeTruthy();
  expect(dialog.getByText('Stays in place: table_list.txt')).toBeTruthy();
  expect(told('folder_archive')).toEqual([]);
  await userEvent.click(dialog.getByTestId('archive-start'));
  const outcome = within(await screen.findByTestId('archive-done'));
  expect(outcome.getByText(/2 files \(4 kB\) are now in file_bak_20261122_030000/)).toBeTruthy();
  await userEvent.click(outcome.getByTestId('archive-look'));
  expect(went).toHaveBeenCalledWith(
    expect.objectContaining({ search: { tab: 'archives', archive: done.archive } }),
  );
});

it('names what stands in the way, and goes on all the same only when told', async () => {
  const told = show({
    folder_archive: ({ continue_anyway }) => {
      if (continue_anyway)
        return {
          ...done,
          failed: [{ file: 'orders.ddl', reason: inUse }],
        };
      throw new CallError({
        code: 'archive_failed',
        fields: { failed: JSON.stringify([{ file: 'orders.ddl', reason: inUse }]) },
      });
    },
  });
  await userEvent.click(await screen.findByTestId('folder-archive'));
  await userEvent.click(await screen.findByTestId('archive-start'));
  const failed = within(await screen.findByTestId('archive-failed'));
  expect(failed.getByText('orders.ddl')).toBeTruthy();
  await userEvent.click(failed.getByTestId('archive-continue'));
  const outcome = within(await screen.findByTestId('archive-done'));
  expect(outcome.getByText('1 file could not be moved:')).toBeTruthy();
  expect(told('folder_archive').map(({ input }) => input)).toEqual([
    { id: '01A', continue_anyway: false },
    { id: '01A', continue_anyway: true },
  ]);
});

it('does not call a folder empty of which nothing could be archived', async () => {
  show({
    folder_archive: () => ({
      ...done,
      archive: null,
      moved: [],
      copied: [],
      failed: [{ file: 'orders.ddl', reason: inUse }],
    }),
  });
  await userEvent.click(await screen.findByTestId('folder-archive'));
  await userEvent.click(await screen.findByTestId('archive-start'));
  const outcome = within(await screen.findByTestId('archive-none'));
  expect(outcome.getByText(/Nothing could be archived/)).toBeTruthy();
  expect(outcome.getByText('orders.ddl')).toBeTruthy();
});

it('does not call a folder broken that has no record', async () => {
  search = { tab: 'archives' };
  const unrecorded = { ...broken, earlier: false, broken: { code: 'archive_record_missing' } };
  show({ folder_archives: () => ({ total: 1, items: [unrecorded], statistics }) });
  const line = within(await screen.findByTestId(`archive-${broken.archive}`));
  expect(line.getByText('no record')).toBeTruthy();
  expect(line.queryByText('broken')).toBeNull();
  expect(screen.queryByText(/cannot be read/)).toBeNull();
});

it('shows archives newest first, and says which are broken and which an earlier tool made', async () => {
  search = { tab: 'archives' };
  show();
  const first = within(await screen.findByTestId(`archive-${newest.archive}`));
  expect(first.getByText(/3 files · 1 copy · /)).toBeTruthy();
  const second = within(screen.getByTestId(`archive-${broken.archive}`));
  expect(second.getByText('broken')).toBeTruthy();
  expect(second.getByText('earlier tool')).toBeTruthy();
  expect(second.getByText('2 files are missing')).toBeTruthy();
  expect(second.getByText('Its record (backup_info.json) cannot be read')).toBeTruthy();
  await userEvent.click(screen.getByTestId(`archive-${broken.archive}`));
  expect(went).toHaveBeenCalledWith(
    expect.objectContaining({ search: { tab: 'archives', archive: broken.archive } }),
  );
});

it('keeps names in place that are told, each once and none with a way in it', async () => {
  search = { tab: 'settings' };
  const told = show({ folder_set: () => folder as never });
  const name = await screen.findByTestId('keep-name');
  await userEvent.type(name, 'Mapping.CSV{Enter}');
  expect(screen.getByText('It is in the list already')).toBeTruthy();
  await userEvent.clear(name);
  await userEvent.type(name, 'a/b{Enter}');
  expect(screen.getByText('Only a name, without folders')).toBeTruthy();
  expect(told('folder_set')).toEqual([]);
  await userEvent.clear(name);
  await userEvent.type(name, 'rates.csv{Enter}');
  await userEvent.click(screen.getByTestId('failure-continue'));
  await waitFor(() =>
    expect(told('folder_set').map(({ input }) => input)).toEqual([
      { id: '01A', keep: ['mapping.csv', 'rates.csv'] },
      { id: '01A', on_archive_failure: 'continue' },
    ]),
  );
});

it('takes a folder off the list, after saying what stays and who names it', async () => {
  search = { tab: 'settings' };
  const told = show({
    folder_uses: () => ({
      workflows: [{ id: 'describe', name: 'Describe a database' }],
      more: false,
    }),
    folder_list: () => ({ total: 1, items: [folder] }),
    folder_forget: () => ({ id: folder.id, path: folder.path }),
  });
  await userEvent.click(await screen.findByTestId('folder-forget'));
  const dialog = within(await screen.findByTestId('dialog-forget-folder'));
  expect(dialog.getByText(/files and archives stay where they are/)).toBeTruthy();
  expect(dialog.getByText(/Its settings go: /)).toBeTruthy();
  expect(await dialog.findByText('Describe a database')).toBeTruthy();
  expect(told('folder_forget')).toEqual([]);
  await userEvent.click(dialog.getByTestId('folder-forget-go'));
  await waitFor(() => expect(went).toHaveBeenCalledWith({ to: '/task-folders' }));
  expect(told('folder_forget').map(({ input }) => input)).toEqual([{ id: '01A' }]);
});

it('names every workflow that works in the folder', async () => {
  const second = { id: 'second', name: 'Second' };
  show({}, { named_by: { workflows: [...folder.named_by.workflows, second], more: false } });
  const others = await screen.findByTestId('folder-others');
  expect(others.textContent).toBe(' · Also works in it: Second');
  cleanup();
  show();
  await screen.findByText('Describe a database');
  expect(screen.queryByTestId('folder-others')).toBeNull();
});

it('takes no folder off the list before it is known who names it', async () => {
  search = { tab: 'settings' };
  let fails = true;
  const told = show({
    folder_list: () => ({ total: 1, items: [folder] }),
    folder_uses: () => {
      if (!fails) return { workflows: [], more: false };
      throw new CallError({
        code: 'db_busy',
        message: 'busy',
        hints: [],
        fields: {},
        retryable: false,
      });
    },
    folder_forget: () => ({ id: folder.id, path: folder.path }),
  });
  await userEvent.click(await screen.findByTestId('folder-forget'));
  const dialog = within(await screen.findByTestId('dialog-forget-folder'));
  expect(await dialog.findByTestId('error')).toBeTruthy();
  await userEvent.click(dialog.getByTestId('folder-forget-go'));
  expect(told('folder_forget')).toEqual([]);
  fails = false;
  await userEvent.click(dialog.getByText('Try again'));
  await waitFor(() => expect(dialog.queryByTestId('error')).toBeNull());
  await userEvent.click(dialog.getByTestId('folder-forget-go'));
  await waitFor(() => expect(told('folder_forget').length).toBe(1));
});

it('says that workflows run in another folder of the same name from then on', async () => {
  search = { tab: 'settings' };
  const namesake = { ...folder, id: '01B', path: '/elsewhere/task_20261120_020000' };
  show({
    folder_list: () => ({ total: 2, items: [folder, namesake] }),
    folder_uses: () => ({
      workflows: [{ id: 'describe', name: 'Describe a database' }],
      more: false,
    }),
  });
  await userEvent.click(await screen.findByTestId('folder-forget'));
  const dialog = within(await screen.findByTestId('dialog-forget-folder'));
  expect(await dialog.findByText(/too: \/elsewhere\/task_20261120_020000\./)).toBeTruthy();
  expect(await dialog.findByText('Describe a database')).toBeTruthy();
  expect(dialog.queryByText(/do not start/)).toBeNull();
});

it('offers to take a folder off the list that is not there', async () => {
  const gone = new CallError({
    code: 'folder_gone',
    message: 'gone',
    hints: [],
    fields: { path: folder.path },
    retryable: false,
  });
  show({
    folder_show: () => {
      throw gone;
    },
    folder_list: () => ({ total: 1, items: [folder] }),
    folder_uses: () => ({ workflows: [], more: false }),
  });
  await userEvent.click(await screen.findByTestId('folder-forget'));
  expect(await screen.findByTestId('dialog-forget-folder')).toBeTruthy();
});

const found = {
  names: ['orders', 'customers'],
  dropped: [{ line: 4, text: 'two words', why: { code: 'table_list_odd' } }],
  encoding: 'gb18030' as const,
  sha256: 'aa',
  replaces: true,
  same: false,
};

it('takes a dropped list of tables, shows what is in it, and puts it there when told', async () => {
  const told = show({
    folder_table_list: () => found,
    folder_put_table_list: () => ({ tables: 2 }),
  });
  await screen.findByTestId('folder-archive');
  expect(isTaken([{ ...list, label: '/home/ada/nightly.json' }])).toBe(false);
  await waitFor(() => expect(isTaken([list])).toBe(true));
  const dialog = within(await screen.findByTestId('dialog-table-list'));
  expect((await dialog.findByTestId('table-names')).textContent).toBe('orderscustomers');
  expect(within(dialog.getByTestId('table-dropped')).getByText('two words')).toBeTruthy();
  expect(dialog.getByText(/stays beside it under another name/)).toBeTruthy();
  // What else is dropped while a dialog is open is not for the page.
  expect(isTaken([list])).toBe(false);
  expect(told('folder_put_table_list')).toEqual([]);
  await userEvent.click(dialog.getByTestId('table-list-put'));
  await waitFor(() =>
    expect(told('folder_put_table_list')[0]?.input).toEqual({
      id: '01A',
      from: { picked: 't2' },
      sha256: 'aa',
    }),
  );
  await waitFor(() => expect(screen.queryByTestId('dialog-table-list')).toBeNull());
});

it('says of a folder that is not there where it should be, and offers to look again', async () => {
  show({
    folder_show: () => {
      throw new CallError({ code: 'folder_gone', fields: { path: folder.path } });
    },
    folder_list: () => ({ total: 1, items: [folder] }),
  });
  expect(await screen.findByTestId('error')).toBeTruthy();
  expect(await screen.findByText(folder.name)).toBeTruthy();
  expect(screen.queryByTestId('folder-archive')).toBeNull();
});

it('does not archive while a run works in it', async () => {
  const run = { tasks: [], workflow_id: 'describe', workflow_name: 'Describe' };
  show({ run_show: () => run as never }, { held_by: '01RUN' });
  expect((await screen.findByTestId('folder-archive')).hasAttribute('disabled')).toBe(true);
  expect(await screen.findByText('“Describe” runs in it')).toBeTruthy();
});
