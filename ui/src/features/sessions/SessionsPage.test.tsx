import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { run as axe } from 'axe-core';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import {
  CallError,
  type RunShow,
  type SessionRestored,
  type SessionSnapshot,
  setTransport,
} from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { isTaken } from '../drops';
import { timelineOf } from '../runs/timeline/testing';
import { recovery, row, session, snapshot } from './fixtures';
import { SessionsPage } from './SessionsPage';
import { createWork, importWork, restoreWork } from './work';

let search: Record<string, unknown> = {};
let id: string | undefined;
const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a>,
  useParams: () => ({ id }),
  useSearch: () => search,
  useNavigate: () => went,
}));

beforeEach(() => went.mockReset());
afterEach(() => {
  cleanup();
  for (const work of [restoreWork('01A'), createWork, importWork]) work.forget();
  search = {};
  id = undefined;
});

const list = { total: 1, recoverable: 1, active: 3, completed: 2, runs: 0, all: 9, items: [row] };
const stats = {
  sessions: 1,
  snapshots: 2,
  files: 8,
  bytes_original: 14_000,
  bytes_distinct: 7_000,
  bytes_stored: 5_000,
  store_dir: '/home/ann/flowkeep/snapshots',
  store_chosen: false,
  store_away: false,
  oldest: '2025-10-22T08:34:00Z',
  newest: '2025-11-19T01:00:00Z',
};
const restored: SessionRestored = {
  session_id: '01A',
  source: 'snapshot',
  candidates: recovery.candidates,
  restored: ['workflows/import.yaml', 'llms/openai.yaml'],
  differences: [],
  overlay: '/data/overlays/customer-import-1',
  run_id: '01RUN',
  masked: [],
  not_restored: [],
  complete: true,
};
const act = { task: 'orders', name: 'writing orders', action: 'sql.execute', lines: [] };
const asking = {
  id: '01RUN',
  workflow_name: 'Customer import',
  status: 'interrupted',
  tasks: [
    {
      id: 'orders',
      name: 'writing orders',
      attempts: [],
      question: { kind: 'interrupted', times: 1, idempotent: false, act },
    },
  ],
} as unknown as RunShow;
const picked = { token: 't1', label: '/home/ada/configs/workflows/orders.yaml', folder: false };

function show(answers: Answers = {}) {
  const transport = testTransport(
    {
      session_list: () => list,
      session_show: () => session,
      session_stats: () => stats,
      session_recovery: () => recovery,
      run_show: () => ({ ...asking, tasks: [] }),
      run_timeline: async (input) => {
        const run = await answers.run_show?.({ id: input.id });
        return timelineOf(run?.tasks ?? []);
      },
      session_roots_list: () => ({ total: 0, items: [] }),
      session_compare_file: () => ({ before: 'a: 1\n', after: 'a: 2\n', places: [] }),
      session_strategies_list: () => ({
        total: 2,
        chosen: 'standard',
        items: [
          { name: 'minimal', kinds: ['workflows'], exclude: [], is_changed: false },
          {
            name: 'standard',
            kinds: ['workflows', 'tool-sets', 'tools'],
            exclude: ['*_test.yaml'],
            is_changed: false,
          },
        ],
      }),
      ...answers,
    },
    {
      pick_file: async () => picked,
      pick_files: async () => [picked],
      pick_folder: async () => ({ ...picked, token: 'to', folder: true }),
    },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionsPage />
    </QueryClientProvider>,
  );
  return (name: string) =>
    transport.calls.filter((call) => call.name === name).map(({ input }) => input);
}

it('lists what can be recovered with how sure that is, and counts the rest', async () => {
  const asked = show();
  const line = within(await screen.findByTestId('session-01A'));
  expect(line.getByText('can be recovered as it was kept')).toBeTruthy();
  expect(line.getByText(/interrupted .*· step 3 of 5/)).toBeTruthy();
  expect(screen.getByTestId('sessions-active').textContent).toBe('Active 3');
  expect(screen.getByTestId('sessions-all').textContent).toBe('All 6');
  expect(asked('session_list')).toEqual([{ which: 'recoverable', limit: 50 }]);
  await userEvent.click(screen.getByTestId('sessions-completed'));
  expect(went).toHaveBeenCalledWith(
    expect.objectContaining({ params: { id: undefined }, search: { which: 'completed' } }),
  );
});

it('shows all of the three lists together, page by page, and says what became of their runs', async () => {
  search = { which: 'all' };
  const ended = { ...row, id: '01R', name: 'Nightly', origin: 'run' as const };
  const failed = {
    ...ended,
    config: undefined,
    status: 'aborted' as const,
    run_status: 'cancelled' as const,
  };
  const asked = show({
    session_list: ({ after }) =>
      after === undefined ? { ...list, next: '9 01A' } : { ...list, items: [failed] },
  });
  await screen.findByTestId('session-01A');
  await userEvent.click(screen.getByText('Show more'));
  const line = await screen.findByTestId('session-01R');
  expect(line.textContent).not.toContain('can be recovered');
  expect(line.textContent).toContain('cancelled · last changed');
  expect(screen.queryByText('Show more')).toBeNull();
  expect(asked('session_list')).toEqual([
    { which: 'together', limit: 50 },
    { which: 'together', after: '9 01A', limit: 50 },
  ]);
});

it('chooses the snapshot of a session whose file is gone, and says what is not as it was', async () => {
  show();
  const source = within(await screen.findByTestId('source-snapshot'));
  expect(source.getByText('recommended')).toBeTruthy();
  expect(source.getByRole<HTMLInputElement>('radio').checked).toBe(true);
  expect(within(screen.getByTestId('source-file')).queryByRole('radio')).toBeNull();
  expect(screen.getByText(/workflows\/import\.yaml is not there any more/i)).toBeTruthy();
  expect(screen.queryByTestId('source-embedded')).toBeNull();
  const revision = within(screen.getByTestId('source-revision'));
  expect(revision.getByRole<HTMLInputElement>('radio').checked).toBe(false);
  expect(screen.getByTestId('file-workflows/import.yaml').textContent).toContain('gone');
  expect(screen.getByTestId('file-llms/openai.yaml').textContent).toContain(
    'the same · key masked',
  );
  expect(screen.getByTestId('go-on').textContent).toBe('Go on as it was');
});

it('goes on from what was chosen, and to its run', async () => {
  const asked = show({ session_restore: () => restored });
  await userEvent.click(await screen.findByTestId('go-on'));
  await waitFor(() =>
    expect(went).toHaveBeenCalledWith({ to: '/runs/$id', params: { id: '01RUN' } }),
  );
  expect(asked('session_restore')).toEqual([
    { id: '01A', use: 'snapshot', snapshot: '01S1', resume: true },
  ]);
});

it('leads from what a session lacks that goes on to where that is named', async () => {
  show({ session_restore: () => ({ ...restored, complete: false }) });
  render(<Toasts />);
  await userEvent.click(await screen.findByTestId('go-on'));
  await userEvent.click(await screen.findByTestId('see-missing'));
  expect(went).toHaveBeenLastCalledWith({
    to: '/sessions/{-$id}',
    params: { id: '01A' },
    search: { which: 'all', tab: 'files' },
  });
});

it('says of what was missing already that it comes back as it was kept, and not completely', async () => {
  show({ session_list: () => ({ ...list, items: [{ ...row, missing: 2 }] }) });
  const line = await screen.findByTestId('session-01A');
  expect(line.textContent).toContain('as it was kept; 2 references were missing then');
  expect(line.textContent).not.toMatch(/completely|references missing/);
  cleanup();
  const part = { ...row, missing: 1, confidence: 'partial' as const };
  show({ session_list: () => ({ ...list, items: [part] }) });
  expect((await screen.findByTestId('session-01A')).textContent).toContain('1 reference missing');
});

it('chooses nothing where only the workflow of today is left', async () => {
  const [file, , embedded, revision] = recovery.candidates;
  const candidates = [file, embedded, revision].flatMap((one) => one ?? []);
  const asked = show({
    session_recovery: () => ({ ...recovery, candidates }),
    session_restore: () => restored,
  });
  const go = await screen.findByTestId<HTMLButtonElement>('go-on');
  expect(go.textContent).toBe('Choose first');
  expect(go.disabled).toBe(true);
  await userEvent.click(within(screen.getByTestId('source-revision')).getByRole('radio'));
  await userEvent.click(screen.getByTestId('go-on'));
  await waitFor(() => expect(asked('session_restore')).toHaveLength(1));
  expect(asked('session_restore')[0]).toMatchObject({ use: 'revision' });
});

it('asks what became of a step before it goes on', async () => {
  let isAnswered = false;
  const asked = show({
    run_show: () => (isAnswered ? { ...asking, tasks: [] } : asking),
    run_answer: () => {
      isAnswered = true;
      return { run_id: '01RUN', status: 'interrupted' };
    },
  });
  await screen.findByText(/writing orders”: nobody can tell/);
  const go = screen.getByTestId<HTMLButtonElement>('go-on');
  expect([go.textContent, go.disabled]).toEqual(['Decide first', false]);
  await userEvent.click(go);
  expect(document.activeElement).toBe(screen.getByTestId('broken-rerun-orders'));
  expect(asked('session_restore')).toEqual([]);
  await userEvent.click(screen.getByTestId('broken-failed-orders'));
  await userEvent.click(screen.getByTestId('broken-done-orders'));
  expect(asked('run_answer')).toEqual([]);
  await userEvent.click(screen.getByTestId('broken-answer-orders'));
  await waitFor(() => expect(screen.getByTestId('go-on').textContent).toBe('Go on as it was'));
  expect(asked('run_answer')).toEqual([
    { id: '01RUN', task: 'orders', decision: 'done', fields: {} },
  ]);
});

it('shows where the files are when somebody looks first, and which have no keys', async () => {
  const asked = show({
    session_restore: () => ({
      ...restored,
      complete: false,
      masked: ['llms/openai.yaml'],
      not_restored: [{ path: 'tools/calculator.yaml', reason: { code: 'object_damaged' } }],
    }),
  });
  await userEvent.click(await screen.findByTestId('look-first'));
  const dialog = within(await screen.findByTestId('dialog-restored'));
  expect(dialog.getByText('/data/overlays/customer-import-1')).toBeTruthy();
  expect(dialog.getByText('1 file came back as it was.')).toBeTruthy();
  expect(dialog.getByText('llms/openai.yaml')).toBeTruthy();
  expect(dialog.getByText('Its content is damaged on the disk')).toBeTruthy();
  expect(asked('session_restore')).toEqual([{ id: '01A', use: 'snapshot', snapshot: '01S1' }]);
  expect(went).not.toHaveBeenCalled();
});

it('names what needs its keys before it goes on, and leads to where they are filled in', async () => {
  const gone = { path: 'llms/openai.yaml', kind: 'gone' as const };
  show({
    session_recovery: () => ({ ...recovery, differences: [...recovery.differences, gone] }),
    session_restore: () => ({ ...restored, masked: ['llms/openai.yaml'] }),
  });
  const lacking = await screen.findByTestId('keys-lacking');
  expect(lacking.textContent).toContain('llms/openai.yaml needs its key');
  await userEvent.click(screen.getByTestId('fill-in'));
  const told = await screen.findByTestId('dialog-restored');
  expect(told.textContent).toContain('saved is what it goes on with');
});

it('goes on without keys only where it has named what lacks them', async () => {
  const gone = { path: 'llms/openai.yaml', kind: 'gone' as const };
  const asked = show({
    session_recovery: () => ({ ...recovery, differences: [...recovery.differences, gone] }),
    session_restore: () => restored,
  });
  await screen.findByTestId('keys-lacking');
  expect(screen.getByTestId('go-on').textContent).toBe('Go on without keys');
  await userEvent.click(screen.getByTestId('go-on'));
  await waitFor(() => expect(went).toHaveBeenCalled());
  expect(asked('session_restore')[0]).toMatchObject({ resume: true, without_keys: true });
});

it('shows what has to be filled in where that was not known before', async () => {
  show({
    session_restore: () => ({ ...restored, masked: ['llms/openai.yaml'], waits_for_keys: true }),
  });
  await userEvent.click(await screen.findByTestId('go-on'));
  const told = await screen.findByTestId('dialog-restored');
  expect(told.textContent).toContain('llms/openai.yaml');
  expect(went).not.toHaveBeenCalled();
});

it('says of a file that differs only in what is masked that it is not as it was', async () => {
  show({
    session_compare_file: () => ({
      before: 'key: <masked>\n',
      after: 'key: <masked>\n',
      unshown: 'masked',
      places: [],
    }),
  });
  await userEvent.click(await screen.findByTestId('show-workflows/import.yaml'));
  const told = await screen.findByTestId('dialog-file-difference');
  await waitFor(() => expect(told.textContent).toContain('what stands beside one'));
});

it('says beside a difference that what is masked may be another, too', async () => {
  show({
    session_compare_file: () => ({
      before: 'key: <masked>\nmode: a\n',
      after: 'key: <masked>\nmode: b\n',
      unshown: 'masked_too',
      places: [],
    }),
  });
  await userEvent.click(await screen.findByTestId('show-workflows/import.yaml'));
  const told = await screen.findByTestId('dialog-file-difference');
  await waitFor(() => expect(told.textContent).toContain('may be another one'));
});

it('lets nothing go on that has to be trusted first', async () => {
  const asked = show({
    session_restore: ({ trust }) => {
      if (trust) return restored;
      throw new CallError({
        code: 'trust_required',
        fields: { acts: JSON.stringify([act]), hash: 'h1' },
      });
    },
  });
  await userEvent.click(await screen.findByTestId('go-on'));
  await userEvent.click(await screen.findByTestId('session-trust'));
  await waitFor(() => expect(asked('session_restore')).toHaveLength(2));
  expect(asked('session_restore')[1]).toMatchObject({ resume: true, trust: true, shown: 'h1' });
});

it('offers what is kept as plain files after three attempts that came to nothing', async () => {
  const asked = show({
    session_export: () => ({
      session_id: '01A',
      target_dir: '/home/ada/out',
      snapshots: 1,
      files: 4,
      lost: [],
    }),
    session_recovery: () => ({ ...recovery, failures: 3 }),
    session_show: () => ({ ...session, failures: 3 }),
  });
  expect(await screen.findByText(/attempt 4/)).toBeTruthy();
  await userEvent.click(await screen.findByTestId('export-session'));
  await waitFor(() =>
    expect(asked('session_export')).toEqual([{ id: '01A', to: { picked: 'to' } }]),
  );
});

it('tells of a program that outlived who started it', async () => {
  const [task] = asking.tasks;
  const running = { process: 4711, name: 'rsync' };
  const question = { ...task?.question, running };
  show({ run_show: () => ({ ...asking, tasks: [{ ...task, question }] }) as RunShow });
  expect(await screen.findByText(/still running: rsync, process 4711/)).toBeTruthy();
});

it('says of a program that it may still be running only where nobody knows', async () => {
  const [task] = asking.tasks;
  const broken = (ended: boolean) => {
    const question = { ...task?.question, act: { ...act, action: 'program.run' }, ended };
    return () => ({ ...asking, tasks: [{ ...task, question }] }) as RunShow;
  };
  show({ run_show: broken(false) });
  expect(await screen.findByText(/may still be running/)).toBeTruthy();
  cleanup();
  show({ run_show: broken(true) });
  expect(await screen.findByText(/is not running any more/)).toBeTruthy();
  expect(screen.queryByText(/may still be running/)).toBeNull();
});

it('puts the files of a snapshot back also while work goes on, and says so', async () => {
  search = { tab: 'snapshots' };
  const plan = {
    session_id: '01A',
    source: 'snapshot' as const,
    root: '/home/ada/configs',
    files: [{ path: 'workflows/import.yaml', act: 'makes' as const, holds_keys: false }],
    used_by: [],
    stamp: 'abc',
    complete: true,
  };
  const asked = show({
    session_show: () => ({ ...session, status: 'active' as const }),
    session_in_place_plan: () => plan,
  });
  await userEvent.click(await screen.findByTestId('snapshot-more-1'));
  await userEvent.click(await screen.findByTestId('menu-in-place'));
  expect(await screen.findByTestId('in-place-at-work')).toBeTruthy();
  expect(asked('session_in_place_plan')).toEqual([{ id: '01A', snapshot: '01S1' }]);
});

it('offers the way back for as long as what was there before is kept', async () => {
  const before = { ...snapshot, id: '01S2', sequence: 2, reason: 'before_in_place' as const };
  const asked = show({
    session_show: () => ({ ...session, snapshots: [snapshot, before] }),
    session_in_place_plan: () => new Promise(() => {}),
  });
  expect((await screen.findByTestId('session-written-over')).textContent).toContain('snapshot 2');
  await userEvent.click(screen.getByTestId('put-back-before'));
  await waitFor(() =>
    expect(asked('session_in_place_plan')).toEqual([{ id: '01A', snapshot: '01S2' }]),
  );
});

it('shows what a file was that is gone', async () => {
  show({ session_compare_file: () => ({ before: 'name: import', places: [] }) });
  await userEvent.click(await screen.findByTestId('show-workflows/import.yaml'));
  const dialog = within(await screen.findByTestId('dialog-file-difference'));
  expect(await dialog.findByText(/The file is not there today/)).toBeTruthy();
});

it('goes on from an earlier snapshot, and says what differs from that', async () => {
  const first = { ...snapshot, id: '01S0' };
  const second = { ...snapshot, sequence: 2 };
  const [file, newest] = recovery.candidates;
  const earlier = {
    source: 'snapshot',
    ok: true,
    snapshot: '01S0',
    sequence: 1,
    differs: 1,
  } as const;
  const candidates = [file, { ...newest, sequence: 2 }, earlier].flatMap((one) => one ?? []);
  let found = () => {};
  const looking = new Promise<void>((resolve) => {
    found = resolve;
  });
  const asked = show({
    session_show: () => ({ ...session, snapshots: [first, second] }),
    session_recovery: () => ({ ...recovery, candidates }) as typeof recovery,
    session_compare: async () => {
      await looking;
      return {
        session_id: '01A',
        snapshot: '01S0',
        sequence: 1,
        at: first.at,
        differences: [{ path: 'tools/calculator.yaml', kind: 'gone' as const }],
      };
    },
    session_restore: () => restored,
  });
  await userEvent.click(await screen.findByTestId('earlier-snapshots'));
  const rows = screen.getAllByTestId('source-snapshot');
  await userEvent.click(within(rows[1] as HTMLElement).getByRole('radio'));
  // What differs from the other snapshot is not told of this one.
  expect(await screen.findByTestId('files-looking')).toBeTruthy();
  expect(screen.queryByTestId('files-then-and-now')).toBeNull();
  found();
  await waitFor(() =>
    expect(screen.getByTestId('file-tools/calculator.yaml').textContent).toContain('gone'),
  );
  expect(screen.getByTestId('file-tool-sets/basic.yaml').textContent).toContain('the same');
  expect(asked('session_compare')).toEqual([{ id: '01A', snapshot: '01S0' }]);
  await userEvent.click(screen.getByTestId('go-on'));
  await waitFor(() => expect(asked('session_restore')).toHaveLength(1));
  expect(asked('session_restore')[0]).toMatchObject({ use: 'snapshot', snapshot: '01S0' });
});

it('brings a snapshot of ended work back into a folder of choice', async () => {
  const asked = show({
    session_show: () => ({ ...session, status: 'completed' }),
    session_restore: () => ({ ...restored, overlay: '/home/ada/back' }),
  });
  await userEvent.click(await screen.findByTestId('snapshot-back-1'));
  await userEvent.click(await screen.findByTestId('bring-back-choose'));
  const dialog = within(await screen.findByTestId('dialog-restored'));
  expect(dialog.getByText('/home/ada/back')).toBeTruthy();
  expect(dialog.queryByTestId('open-copy')).toBeNull();
  expect(asked('session_restore')).toEqual([
    { id: '01A', use: 'snapshot', snapshot: '01S1', to: { picked: 'to' } },
  ]);
});

it('shows in what a file differs, in the words of the form where it is a workflow', async () => {
  const asked = show({
    session_compare_file: () => ({
      before: 'a',
      after: 'b',
      places: [
        {
          path: '/timeout',
          subject: null,
          field: 'timeout',
          change: 'changed' as const,
          before: '30',
          after: '60',
        },
      ],
    }),
  });
  expect((await screen.findByTestId('file-tool-sets/basic.yaml')).textContent).toContain('changed');
  await waitFor(() => expect(screen.getByText('changed · 1 place')).toBeTruthy());
  await userEvent.click(screen.getByTestId('show-tool-sets/basic.yaml'));
  const dialog = within(await screen.findByTestId('dialog-file-difference'));
  expect(await dialog.findByText('60')).toBeTruthy();
  expect(dialog.getByTestId('as-text')).toBeTruthy();
  expect(asked('session_compare_file')[0]).toEqual({
    id: '01A',
    snapshot: '01S1',
    path: 'tool-sets/basic.yaml',
  });
});

it('lists snapshots with what changed, and takes one', async () => {
  const next = { ...snapshot, id: '01S2', sequence: 2, files: snapshot.files.slice(1) };
  const asked = show({
    session_show: () => ({ ...session, status: 'active', snapshots: [snapshot, next] }),
    session_snapshot: () => ({ session_id: '01A', snapshot: next, changed: false }),
  });
  const newest = within(await screen.findByTestId('snapshot-2'));
  expect(newest.getByText('1 not in it any more: workflows/import.yaml')).toBeTruthy();
  await userEvent.click(screen.getByTestId('snapshot-now'));
  await waitFor(() => expect(asked('session_snapshot')).toEqual([{ id: '01A' }]));
  await userEvent.click(screen.getByTestId('snapshot-files-01S2'));
  expect(went).toHaveBeenCalledWith(
    expect.objectContaining({ search: { which: undefined, tab: 'files', snapshot: '01S2' } }),
  );
});

it('shows the files of a snapshot by folder, where keys stood and what is missing', async () => {
  search = { tab: 'files' };
  const missing = [
    { reference: 'gpt-3.5', from: 'llms/openai.yaml', pointer: '/fallback/0', looked: ['llms'] },
  ];
  show({ session_show: () => ({ ...session, snapshots: [{ ...snapshot, missing }] }) });
  const kept = await screen.findByTestId('kept-llms/openai.yaml');
  expect(kept.textContent).toContain('lines: 4');
  expect(screen.getByText('“gpt-3.5” in llms/openai.yaml')).toBeTruthy();
  expect(screen.getByText('1 reference leads to nothing')).toBeTruthy();
});

it('brings in what is dropped, and tells what became of each file', async () => {
  const item = {
    path: '/x/react.json',
    kind: 'session',
    id: 's',
    name: 'react',
    encoding: null,
    count: null,
    line: null,
    column: null,
  };
  const asked = show({
    session_import: () => ({
      imported: 1,
      updated: 0,
      unchanged: 0,
      skipped: 1,
      failed: 0,
      items: [
        { ...item, action: 'imported' as const, reason: null, config: null },
        { ...item, name: null, action: 'skipped' as const, reason: { code: 'not_a_session' } },
      ],
    }),
  });
  await screen.findByTestId('session-01A');
  expect(isTaken([picked])).toBe(true);
  const dialog = within(await screen.findByTestId('dialog-import-sessions'));
  expect(await dialog.findByText('This is no session of an earlier tool')).toBeTruthy();
  expect(dialog.getByText(/its configuration was not found/)).toBeTruthy();
  expect(dialog.getByTestId('import-root')).toBeTruthy();
  expect(asked('session_import')).toEqual([{ places: [{ picked: 't1' }], root: undefined }]);
});

it('keeps a configuration after it was shown what that is', async () => {
  const preview = {
    root: '/home/ada/configs',
    config: 'workflows/orders.yaml',
    strategy: 'standard',
    status: 'partial' as const,
    bytes: 2000,
    files: snapshot.files,
    missing: [],
    ambiguous: [],
    unparsed: [],
    unread: [],
    left_out: [],
  };
  const asked = show({
    session_preview: () => preview,
    session_create: ({ start, trust }) => {
      if (start && !trust)
        throw new CallError({
          code: 'trust_required',
          fields: { acts: JSON.stringify([act]), hash: 'h1' },
        });
      return { session_id: '01B', snapshot, run_id: start ? '01NEW' : undefined };
    },
  });
  await userEvent.click(await screen.findByTestId('config-open'));
  await userEvent.click(await screen.findByTestId('config-pick'));
  await screen.findByTestId('config-preview');
  expect(asked('session_create')).toEqual([]);
  expect(document.activeElement).toBe(screen.getByTestId('config-start'));
  await userEvent.keyboard('{Enter}');
  await screen.findByTestId('trust');
  await userEvent.click(screen.getByTestId('config-start'));
  await waitFor(() =>
    expect(went).toHaveBeenCalledWith({ to: '/runs/$id', params: { id: '01NEW' } }),
  );
  expect(asked('session_create')[1]).toMatchObject({ start: true, trust: true, shown: 'h1' });
});

it('lets no text go for an agent that is none', async () => {
  show({ session_preview: () => ({ ...snapshot, root: '/', config: '', unread: [] }) });
  await userEvent.click(await screen.findByTestId('config-open'));
  await userEvent.click(await screen.findByTestId('config-pick'));
  await screen.findByTestId('config-preview');
  await userEvent.type(screen.getByTestId('config-agent'), 'name: x');
  expect(screen.getByText('This is no JSON object.')).toBeTruthy();
  expect(screen.getByTestId<HTMLButtonElement>('config-keep').disabled).toBe(true);
});

it('speaks of nothing saved where the notes beside a few files take more', async () => {
  show({
    session_stats: () => ({
      ...stats,
      bytes_original: 2_700,
      bytes_distinct: 2_695,
      bytes_stored: 6_600,
    }),
  });
  const space = within(await screen.findByTestId('sessions-space'));
  await space.findByText('8 files (2.7 kB) are kept');
  expect(space.queryByText(/saved/)).toBeNull();
});

it('says what is saved, and changes what a strategy takes', async () => {
  const asked = show({
    session_strategies_set: () => ({ total: 0, chosen: 'standard', items: [] }),
  });
  const space = within(await screen.findByTestId('sessions-space'));
  expect(space.getByText('8 files (14 kB), kept in 5 kB')).toBeTruthy();
  expect(
    space.getByText('7 kB saved by keeping each content once, 2 kB more by packing'),
  ).toBeTruthy();
  expect(space.getByTestId('space-counts').textContent).toMatch(
    /^1 session · 2 snapshots · from 22 Oct .+ to 19 Nov .+$/,
  );
  await userEvent.click(space.getByTestId('strategies'));
  const save = await screen.findByTestId<HTMLButtonElement>('strategy-save');
  expect(save.disabled).toBe(true);
  await userEvent.click(screen.getByTestId('kind-llms'));
  await userEvent.type(screen.getByTestId('strategy-exclude'), '{Enter}tools/old/*');
  await userEvent.click(screen.getByTestId('strategy-save'));
  await waitFor(() => expect(asked('session_strategies_set')).toHaveLength(1));
  expect(asked('session_strategies_set')[0]).toEqual({
    name: 'standard',
    kinds: ['workflows', 'tool-sets', 'tools', 'llms'],
    exclude: ['*_test.yaml', 'tools/old/*'],
  });
});

it('goes on with a run to which no files belong as with any other', async () => {
  const plain = {
    ...session,
    origin: 'run' as const,
    config: undefined,
    snapshots: [],
    id: '01RUN',
  };
  const asked = show({
    session_show: () => plain,
    run_resume: () => ({ run_id: '01RUN', status: 'running' as const }),
  });
  await userEvent.click(await screen.findByTestId('go-on'));
  await waitFor(() =>
    expect(went).toHaveBeenCalledWith({ to: '/runs/$id', params: { id: '01RUN' } }),
  );
  expect(asked('run_resume')).toEqual([{ id: '01RUN' }]);
  expect(asked('session_recovery')).toEqual([]);
});

it('says before it forgets that what was written over is kept nowhere else', async () => {
  const before = { ...session.snapshots[0], id: '01S2', sequence: 2, reason: 'before_in_place' };
  show({
    session_show: () => ({ ...session, snapshots: [...session.snapshots, before] }) as never,
  });
  await userEvent.click(await screen.findByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  const only = await screen.findByTestId('forget-only-copy');
  expect(only.textContent).toContain('kept here only');
});

it('forgets a session only after it was said what goes with it', async () => {
  const asked = show({ session_forget: () => ({ freed_bytes: 0, waits: false, failed: [] }) });
  await userEvent.click(await screen.findByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  const dialog = within(await screen.findByTestId('dialog-forget-session'));
  expect(dialog.getByText(/Its snapshots .* go/)).toBeTruthy();
  const which = dialog.getByTestId('forget-which').textContent;
  expect(which).toMatch(/^Begun .+, 1 snapshot\. Its files are in \/home\/ada\/configs/);
  expect(dialog.queryByTestId('forget-only-copy')).toBeNull();
  expect(asked('session_forget')).toEqual([]);
  await userEvent.click(dialog.getByTestId('session-forget-go'));
  await waitFor(() => expect(asked('session_forget')).toEqual([{ id: '01A' }]));
});

it.each([
  ['complete', {}, 'Some of what is kept is damaged; “Check the snapshots…” says what'],
  [
    'partial',
    { missing: [{ path: 'tools/sum.yaml', named_by: 'workflows/import.yaml', reason: '' }] },
    'Some of what is kept is damaged; “Check the snapshots…” says what · 1 reference leads to nothing',
  ],
] as const)('says of a snapshot that was %s that it is damaged', async (status, more, words) => {
  const damaged = { ...snapshot, files: [], status, ...more, damaged: 1 } as SessionSnapshot;
  search = { tab: 'snapshots' };
  show({ session_show: () => ({ ...session, confidence: 'partial', snapshots: [damaged] }) });
  const certainty = await screen.findByTestId('session-certainty');
  expect(certainty.textContent).toContain(words);
  const line = screen.getByTestId('snapshot-1').textContent;
  expect(line).toContain('is kept is damaged');
  expect(line).toContain('incomplete');
});

it('says what of a forgotten session is left on the disk, until somebody has read it', async () => {
  const copy = '/data/overlays/customer-import-1';
  const failed = [{ file: copy, reason: { code: 'file_denied', fields: { path: copy } } }];
  show({ session_forget: () => ({ freed_bytes: 0, waits: true, failed }) });
  await userEvent.click(await screen.findByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  await userEvent.click(await screen.findByTestId('session-forget-go'));
  const dialog = within(await screen.findByTestId('dialog-left-of-session'));
  expect(dialog.getByText(/^1 thing that was kept of it could not be removed/)).toBeTruthy();
  expect(dialog.getByText(copy)).toBeTruthy();
  expect(dialog.getByText(/still in the store of snapshots/)).toBeTruthy();
  await userEvent.click(dialog.getByTestId('left-of-session-close'));
  await waitFor(() => expect(screen.queryByTestId('dialog-left-of-session')).toBeNull());
});

it('offers how to begin where there are none', async () => {
  show({ session_list: () => ({ ...list, total: 0, recoverable: 0, items: [] }) });
  expect(await screen.findByText('No work to recover')).toBeTruthy();
  expect(screen.getAllByTestId('config-open')).toHaveLength(1);
  expect(screen.queryByTestId('session-panel')).toBeNull();
});

it('has a name and a role for whatever is on it', async () => {
  show();
  await screen.findByTestId('go-on');
  // Colours are looked at in the real window.
  const { violations } = await axe(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
