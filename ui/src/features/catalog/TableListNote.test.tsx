import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type Draft, type RunPreview, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { DraftContext } from './draft/DraftContext';
import { DocumentDraft } from './draft/draft';
import { TableListNote } from './TableListNote';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

afterEach(cleanup);

const reads = { id: 'list', name: 'List', action: 'table_list.read', place: 1 };
const lacking = { code: 'tables_missing', fields: { path: 'table_list.txt' } };
const folder = { id: '01F', path: '/srv/tasks/shop' };

const sound = { problems: [], trust: { needed: false } };

function show(preview: object, tasks: object[] = [{ action: 'table_list.read' }]) {
  const transport = testTransport({
    run_preview: () => ({ ...sound, ...preview }) as unknown as RunPreview,
  });
  setTransport(transport);
  const validation = { errors: [], warnings: [] };
  const view = { name: 'W', tasks };
  const base = { text: '', format: 'json' as const, view, spelled: {}, validation, revision: 1 };
  const draft = new DocumentDraft(base, () => new Promise<Draft>(() => {}));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <DraftContext value={{ kind: 'workflow', draft }}>
        <TableListNote workflow="w" />
      </DraftContext>
    </QueryClientProvider>,
  );
  return transport;
}

it('says that the list of tables is next, and leads to where it is put', async () => {
  show({ tasks: [{ ...reads, no_input: lacking }], folder });
  const note = await screen.findByTestId('table-list-note');
  expect(note.textContent).toContain('Next comes the list of tables');
  expect(note.textContent).toContain('“shop”');
  fireEvent.click(screen.getByTestId('table-list-folder'));
  expect(went).toHaveBeenCalledWith({ to: '/task-folders/$id', params: { id: '01F' } });
});

it('says that the list is ready until it was used', async () => {
  show({ tasks: [reads], folder });
  expect((await screen.findByTestId('table-list-note')).textContent).toContain('is ready');
  cleanup();
  const transport = show({ tasks: [reads], folder, expected: { runs: 1 } });
  await vi.waitFor(() => expect(transport.calls).toHaveLength(1));
  expect(screen.queryByTestId('table-list-note')).toBeNull();
});

it.each([
  { problems: [{ path: '', code: 'task_unknown' }] },
  { trust: { needed: true } },
  { folder: { ...folder, held_by: { id: 'r', workflow_name: 'Other' } } },
])('does not promise that it can run where something stops it', async (stop) => {
  show({ tasks: [reads], folder, ...stop });
  const note = await screen.findByTestId('table-list-note');
  expect(note.textContent).toContain('The list of tables is in the task folder “shop”');
  expect(note.textContent).not.toContain('The workflow can run');
});

it.each(['${context.list}', 'lists/today.txt'])(
  'says nothing of a list it cannot see (%s)',
  async (path) => {
    const task = { action: 'table_list.read', params: { path } };
    const transport = show({ tasks: [reads], folder }, [task]);
    await vi.waitFor(() => expect(transport.calls).toHaveLength(1));
    expect(screen.queryByTestId('table-list-note')).toBeNull();
  },
);

it('asks nothing of a workflow that reads no list', () => {
  const { calls } = show({}, [{ action: 'sql.query' }]);
  expect(calls).toEqual([]);
});
