import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallError, type Input, type RunConfiguration, type RunPreview, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { StartForm } from './StartForm';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
  Link: ({ children, onClick }: { children: ReactNode; onClick: () => void }) => (
    <a href="/settings" onClick={onClick}>
      {children}
    </a>
  ),
}));

afterEach(cleanup);

function preview(more: Partial<RunPreview>): RunPreview {
  return {
    workflow_id: 'w',
    workflow_name: 'W',
    revision: 1,
    problems: [],
    warnings: [],
    trust: { needed: false, acts: [] },
    context_names: [],
    steps: 'task',
    tasks: [
      { id: 'a', name: 'A', action: 'wait', place: 1, on_call: false, worker: 'attempt' as const },
    ],
    sources: [],
    secrets: [],
    under_way: { total: 0, runs: [], running: 0 },
    folders: [],
    names_folder: false,
    ...more,
  };
}

type Start = (input: Input<'run_start'>) => { run_id: string; status: 'queued' };

/** The sheet, and every start it asks for. What it hears when it asks the data sources is `asked`. */
function sheet(
  first: RunPreview,
  start: Start = () => ({ run_id: 'r', status: 'queued' }),
  asked: () => RunPreview | Promise<RunPreview> = () => first,
  configuration: RunConfiguration = { is_kept: true },
) {
  const transport = testTransport({
    run_preview: ({ ask }) => (ask ? asked() : first),
    run_start: start,
    run_configuration: () => configuration,
  });
  setTransport(transport);
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <StartForm workflow="w" task={undefined} last={{}} first={first} />
    </QueryClientProvider>,
  );
  return () =>
    transport.calls.flatMap(({ name, input }) =>
      name === 'run_start' ? [input as Input<'run_start'>] : [],
    );
}

it('asks for what is needed, and starts with Enter once it is filled in', async () => {
  const name = (name: string, needed: boolean) => ({ name, needed, given: false, used: [] });
  const starts = sheet(preview({ context_names: [name('note', false), name('month', true)] }));
  const field = await screen.findByTestId('context-month');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(screen.getByText('This is needed.')).toBeTruthy();
  expect(starts()).toEqual([]);
  fireEvent.change(field, { target: { value: 'October' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(starts().length).toBe(1));
  expect(starts()[0]).toMatchObject({ context: '{"month":"October"}', trust: false });
});

it('gives trust by its button alone, and to what stands on the sheet', async () => {
  const act = (text: string) => ({
    task: 'a',
    name: 'A',
    action: 'sql.execute',
    lines: [{ param: 'sql', text }],
  });
  const trust = { needed: true, hash: 'first', acts: [act('does first')] };
  // It was replaced while somebody looked at it.
  const starts = sheet(preview({ trust }), ({ shown }) => {
    if (shown === 'second') return { run_id: 'r', status: 'queued' };
    const fields = { acts: JSON.stringify([act('does second')]), hash: 'second' };
    throw new CallError({ code: 'trust_required', fields });
  });
  const acts = await screen.findByTestId('acts');
  fireEvent.keyDown(acts, { key: 'Enter', ctrlKey: true });
  expect(starts()).toEqual([]);
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(screen.getByTestId('acts').textContent).toContain('does second'));
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(starts().length).toBe(2));
  expect(starts().map(({ trust, shown }) => [trust, shown])).toEqual([
    [true, 'first'],
    [true, 'second'],
  ]);
});

const shop = { name: 'shop', type: 'redis', asked: false };
const stored = {
  id: 'a',
  name: 'Keep it',
  action: 'redis.command',
  place: 1,
  on_call: false,
  worker: 'attempt' as const,
  source: 'shop',
  rule: 'name',
};

it('is there before its data sources have answered', async () => {
  sheet(preview({ tasks: [stored], sources: [shop] }), undefined, () => new Promise(() => {}));
  expect((await screen.findByTestId('preflight')).textContent).toContain('asking…');
  expect(screen.getByTestId('run-start').textContent).toBe('Run');
});

it('names a data source that does not answer first, asks it again, and starts all the same', async () => {
  const error = { code: 'server_refused', fields: { source: 'shop', address: 'shop:6379' } };
  const silent = { ...shop, asked: true, answers: false, error };
  const answers: RunPreview['sources'][] = [[silent], [{ ...shop, asked: true, answers: true }]];
  const first = preview({ tasks: [stored], sources: [shop] });
  const asked = () => preview({ ...first, sources: answers.shift() ?? [] });
  const starts = sheet(first, undefined, asked);
  const notice = await screen.findByTestId('source-silent');
  expect(notice.textContent).toContain('Nothing answers at shop:6379 (“shop”)');
  expect(notice.textContent).toContain('1 task uses it.');
  expect(screen.getByTestId('preflight').textContent).toContain('no answer');
  expect(screen.getByTestId('run-start').textContent).toBe('Run anyway');
  expect(screen.getByTestId('run-start').className).not.toContain('primary');
  fireEvent.keyDown(notice, { key: 'Enter', ctrlKey: true });
  expect(starts()).toEqual([]);
  fireEvent.click(screen.getByText('Ask again'));
  await waitFor(() => expect(screen.queryByTestId('source-silent')).toBeNull());
  expect(screen.getByTestId('preflight').textContent).toContain('answers');
  expect(screen.getByTestId('run-start').className).toContain('primary');
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(starts().length).toBe(1));
});

it('says which tasks no agent can do and what none can, and queues the run', async () => {
  const fields = { task: 'Keep it', needed: 'redis, http' };
  const no_agent = { code: 'run_no_agent', fields };
  const tasks = [
    { ...stored, no_agent },
    { ...stored, id: 'b', name: 'Send it', no_agent },
  ];
  const starts = sheet(preview({ tasks, sources: [{ ...shop, asked: true, answers: true }] }));
  const notice = await screen.findByTestId('no-agent');
  expect(notice.textContent).toContain('No agent can do: Redis, ');
  expect(notice.textContent).toContain('These will wait for one: Keep it, Send it.');
  expect(notice.querySelector('button')?.textContent).toBe('Agents…');
  expect(screen.getByTestId('run-start').textContent).toBe('Queue');
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(starts().length).toBe(1));
});

it('leads from a secret that is missing to where it is entered, and unlocks one that is locked', async () => {
  const missing = { code: 'secret_missing', fields: { secret: 'mail' } };
  const mail = { secret: 'mail', tasks: 2, reason: missing, unlocks: false };
  const closed = { tasks: 1, reason: { code: 'secrets_locked' }, unlocks: true };
  const fax = { ...closed, secret: 'fax' };
  const password = { ...closed, secret: 'connection/shop', connection: 'shop' };
  const tasks = [
    { ...stored, secrets: ['fax'] },
    { ...stored, id: 'b' },
  ];
  sheet(preview({ tasks, sources: [shop], secrets: [mail, fax, password] }));
  const first = await screen.findByTestId('secret-missing');
  expect(first.textContent).toContain('The secret “mail” has not been entered yet');
  expect(first.textContent).toContain('2 tasks need it.');
  expect(first.querySelector('button')?.textContent).toBe('Enter it…');
  // However many are locked, they are unlocked together.
  const locked = screen.getByTestId('secrets-locked');
  expect(locked.textContent).toContain('2 tasks need it.');
  expect(locked.querySelector('button')?.textContent).toBe('Unlock');
});

it('tells two hundred tasks by what they meet, each of them behind it', async () => {
  const tasks = Array.from({ length: 200 }, (_, at) => ({ ...stored, id: `t${at}` }));
  sheet(preview({ tasks, sources: [shop] }), undefined, () => new Promise(() => {}));
  const list = await screen.findByTestId('preflight');
  expect(list.querySelectorAll(':scope > ol > li').length).toBe(1);
  expect(list.textContent).toContain('200 tasks');
});

it('says what of the workflow goes on already, and that a new run would wait', async () => {
  const open = { id: '01R', status: 'running' as const, start_time: '2026-11-21T10:00:00Z' };
  sheet(preview({ under_way: { total: 2, runs: [open], running: 1, limit: 1 } }));
  const notice = await screen.findByTestId('under-way');
  expect(notice.textContent).toContain('2 runs of it go on already.');
  expect(notice.textContent).toContain('no more than 1 may at once');
});

const folder = {
  id: 'f1',
  path: '/tasks/one',
  archives: true,
  archives_step: false,
  files: 2,
  bytes: 2048,
  names: ['a.csv', 'b.csv'],
  kept: ['table_list.txt'],
  others: [],
};

it('begins its list with what is archived first, and starts in the folder of the workflow', async () => {
  const starts = sheet(preview({ folder, folders: [folder], names_folder: true }));
  const line = await screen.findByTestId('preflight-archive');
  expect(line.textContent).toContain('First, 2 files are archived');
  expect(line.textContent).toContain('a.csv');
  expect(line.textContent).toContain('table_list.txt');
  const first = screen.getByTestId('preflight').querySelector('ol > li');
  expect(first?.contains(line)).toBe(true);
  fireEvent.click(screen.getByTestId('run-start'));
  await waitFor(() => expect(starts().length).toBe(1));
  // Its definition says where; nobody said otherwise.
  expect(starts()[0]?.folder).toBeUndefined();
});

it('does not start where another run has the folder, and leads to that one', async () => {
  const held_by = { id: '01R', workflow_name: 'Nightly' };
  const starts = sheet(preview({ folder: { ...folder, held_by }, folders: [folder] }));
  const notice = await screen.findByTestId('folder-held');
  expect(notice.textContent).toContain('Nightly');
  fireEvent.click(screen.getByTestId('run-start'));
  expect(starts()).toEqual([]);
});

it('offers no folder where the workflow has none', async () => {
  sheet(preview({}));
  await screen.findByTestId('preflight');
  expect(screen.queryByTestId('run-folder')).toBeNull();
  expect(screen.queryByTestId('preflight-archive')).toBeNull();
});

it('says before the start that a list of tables is not there, and leads to where it belongs', async () => {
  const no_input = { code: 'tables_missing', fields: { path: 'table_list.txt' } };
  const tasks = [{ ...stored, action: 'table_list.read', source: undefined, no_input }];
  sheet(preview({ tasks, folder, folders: [folder], names_folder: true }));
  const notice = await screen.findByTestId('input-missing');
  expect(notice.textContent).toContain('The folder has no table_list.txt');
  expect(screen.getByTestId('preflight').textContent).toContain('no list');
  expect(screen.getByTestId('preflight').textContent).not.toContain('ready');
  expect(screen.getByTestId('run-start').textContent).toBe('Run anyway');
  fireEvent.click(screen.getByText('Open task folder'));
  expect(went).toHaveBeenCalledWith({ to: '/task-folders/$id', params: { id: 'f1' } });
});

it('says that nothing is known of how long it takes only where that is so', async () => {
  const words = /no history yet/;
  sheet(preview({}));
  expect(await screen.findByText(words)).toBeTruthy();
  cleanup();
  const expected = { count: 1, median: 900, p90: 900 };
  sheet(preview({ tasks: [{ ...stored, expected }], sources: [shop] }));
  expect((await screen.findByTestId('preflight')).textContent).toContain('about 900ms');
  expect(screen.queryByText(words)).toBeNull();
});

it('tells a finding by words of its own where it has some', async () => {
  const finding = (code: string) => ({ path: '', code, fields: { secret: 'key', id: 'w2' } });
  sheet(preview({ warnings: [finding('secret_missing'), finding('workflow_unknown')] }));
  const missing = await screen.findByText(/a run would wait at this task/);
  expect(missing.textContent).toMatch(/The secret “key”/);
  expect(screen.getByText(/There is no workflow “w2” here/)).toBeTruthy();
});

it.each([
  [true, 'archives what the other left'],
  [false, 'Nothing is archived here'],
])('says what becomes of files that others left (archives: %s)', async (archives, words) => {
  const others = [{ id: 'w2', name: 'Other' }];
  const folder = {
    id: 'f',
    path: '/tasks/one',
    archives,
    others,
    archives_step: archives,
    files: 0,
    bytes: 0,
    names: [],
    kept: [],
  } as RunPreview['folder'];
  sheet(preview({ folder }));
  expect((await screen.findByTestId('run-folder-also')).textContent).toContain(words);
});

it('says with which files it will work, and whether they are kept; nothing where there are none', async () => {
  const first = preview({});
  const told = () => screen.queryByTestId('run-uses-configuration')?.textContent;
  sheet(first, undefined, undefined, { folder: '/home/ann/configs', is_kept: true });
  await waitFor(() => expect(told()).toContain('works with the files in /home/ann/configs'));
  expect(told()).toContain('kept when it begins');
  cleanup();
  sheet(first, undefined, undefined, { folder: '/home/ann/configs', is_kept: false });
  await waitFor(() => expect(told()).toContain('snapshots are switched off'));
  cleanup();
  sheet(first);
  await screen.findByTestId('run-start');
  expect(told()).toBeUndefined();
});
