import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, type FolderRow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { findLeftDrafts } from '../catalog/draft/drafts';
import { FoldersPage } from './FoldersPage';

let search: { q?: string } = {};
const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useSearch: () => search,
  useNavigate: () => went,
}));

beforeEach(() => went.mockReset());
afterEach(() => {
  cleanup();
  search = {};
});

const schema: FolderRow = {
  id: '01A',
  name: 'task_20261120_020000',
  path: '/data/task-folders/task_20261120_020000',
  workflow_id: 'describe',
  workflow_name: 'Describe a database',
  archives: 3,
  file_count: 2,
  bytes: 4200,
  named_by: { workflows: [{ id: 'second', name: 'Second' }], more: false },
};
const gone: FolderRow = {
  ...schema,
  id: '01B',
  name: 'exports',
  path: '/media/usb/exports',
  workflow_name: 'Nightly load',
  problem: { code: 'folder_gone', fields: { path: '/media/usb/exports' } },
};
const picked = { token: 't1', label: '/media/usb/exports', folder: true };
const workflow = { id: 'describe', name: 'Describe a database' };

function show(rows: FolderRow[], answers: Answers = {}) {
  const transport = testTransport(
    {
      folder_list: () => ({ total: rows.length, items: rows }),
      flow_list: () => ({ total: 1, items: [workflow] }) as never,
      flow_show: () => ({ row: workflow }) as never,
      ...answers,
    },
    { pick_folder: async () => picked },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <FoldersPage />
    </QueryClientProvider>,
  );
  return (name: string) => transport.calls.filter((call) => call.name === name);
}

async function chooseWorkflow() {
  await userEvent.click(screen.getByTestId('pick-workflow'));
  await userEvent.click(await screen.findByTestId('pick-describe'));
}

it('says what belongs here while there is none, and offers both ways to begin', async () => {
  show([]);
  expect(await screen.findByText('No task folders yet')).toBeTruthy();
  expect(screen.getByTestId('folder-new')).toBeTruthy();
  expect(screen.getByTestId('folder-use')).toBeTruthy();
});

it('tells of each folder whose it is and what is in it, and which are not there', async () => {
  show([schema, gone]);
  expect(await screen.findByText('2 task folders · 6 archives · 1 is not there')).toBeTruthy();
});

it('finds folders by their place and by their workflow', async () => {
  search = { q: 'usb nightly' };
  show([schema, gone]);
  await screen.findByTestId('list-search');
  expect(screen.queryByText('Nothing found')).toBeNull();
  cleanup();
  search = { q: 'usb describe' };
  show([schema, gone]);
  expect(await screen.findByText('Nothing found')).toBeTruthy();
  cleanup();
  search = { q: 'second' };
  show([schema]);
  await screen.findByTestId('list-search');
  expect(screen.queryByText('Nothing found')).toBeNull();
});

it('makes a new folder for a workflow and opens it', async () => {
  const told = show([], { folder_create: () => ({ id: '01C', path: '/data/x', warnings: [] }) });
  await userEvent.click(await screen.findByTestId('folder-new'));
  const dialog = within(await screen.findByTestId('dialog-folder-new'));
  expect(dialog.getByTestId('folder-create').hasAttribute('disabled')).toBe(true);
  await chooseWorkflow();
  await userEvent.click(dialog.getByTestId('folder-create'));
  await waitFor(() =>
    expect(told('folder_create')[0]?.input).toEqual({ workflow: 'describe', for_runs: true }),
  );
  await waitFor(() =>
    expect(went).toHaveBeenCalledWith({ to: '/task-folders/$id', params: { id: '01C' } }),
  );
});

it('lets runs work in the folder unless they work in one that is known', async () => {
  for (const [named, forRuns] of [
    [schema.id, false],
    [schema.path, false],
    ['01GONE', true],
  ]) {
    const told = show([schema], {
      flow_show: () => ({ row: workflow, view: { taskFolder: named } }) as never,
      folder_create: () => ({ id: '01C', path: '/data/x', warnings: [] }),
    });
    await userEvent.click(await screen.findByTestId('folder-new'));
    await chooseWorkflow();
    const tick = await screen.findByTestId('folder-for-runs');
    await waitFor(() => expect(tick.textContent).toMatch(forRuns ? /./ : /instead/));
    await userEvent.click(screen.getByTestId('folder-create'));
    await waitFor(() =>
      expect(told('folder_create')[0]?.input).toEqual({ workflow: 'describe', for_runs: forRuns }),
    );
    cleanup();
  }
});

it('says why a folder cannot be used, and stays', async () => {
  const told = show([], {
    folder_adopt: () => {
      throw new CallError({ code: 'folder_unsafe', because: { code: 'folder_unsafe_home' } });
    },
  });
  await userEvent.click(await screen.findByTestId('folder-use'));
  const dialog = within(await screen.findByTestId('dialog-folder-use'));
  expect(dialog.getByText('/media/usb/exports')).toBeTruthy();
  await chooseWorkflow();
  await userEvent.click(dialog.getByTestId('folder-adopt'));
  expect(await dialog.findByTestId('error')).toBeTruthy();
  expect(told('folder_adopt')[0]?.input).toMatchObject({ workflow: 'describe' });
  expect(went).not.toHaveBeenCalled();
});

it('leaves a workflow alone in which something is not saved, and says so', async () => {
  const told = show([], {
    draft_list: () => ({
      items: [{ kind: 'workflow', id: 'describe', name: '', revision: 1, at: '' }],
    }),
    folder_create: () => ({ id: '01C', path: '/data/x', warnings: [] }),
  });
  await findLeftDrafts();
  await userEvent.click(await screen.findByTestId('folder-new'));
  await chooseWorkflow();
  const note = await screen.findByTestId('folder-draft');
  await waitFor(() => expect(note.textContent).toMatch(/“Describe a database” has changes/));
  await userEvent.click(screen.getByTestId('folder-create'));
  await waitFor(() =>
    expect(told('folder_create')[0]?.input).toEqual({ workflow: 'describe', for_runs: false }),
  );
});
