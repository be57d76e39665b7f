import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { CallError, type SessionRecovery, type SessionShow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { file, recovery, session, snapshot } from './fixtures';
import { SessionLine } from './SessionLine';
import { SessionPanel } from './SessionPanel';
import type { SessionsSearch } from './which';
import { standWords } from './words';
import { restoreWork } from './work';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

beforeEach(() => went.mockReset());
afterEach(() => {
  cleanup();
  restoreWork('01A').forget();
});

const kept: SessionShow = { ...session, status: 'active', run_id: undefined };
const asTheyWere: SessionRecovery = {
  ...recovery,
  differences: [],
  candidates: [{ source: 'file', ok: true, differs: 0 }, ...recovery.candidates.slice(1)],
};
const restored = {
  session_id: '01A',
  source: 'file' as const,
  candidates: [],
  restored: [],
  differences: [],
  overlay: '/data/overlays/1',
  run_id: '01NEW',
  masked: [],
  not_restored: [],
  complete: true,
};

function show(shown: SessionShow, search: SessionsSearch = {}, answers: Answers = {}) {
  const transport = testTransport(
    {
      session_show: () => shown,
      session_recovery: () => asTheyWere,
      session_restore: () => restored,
      session_forget: () => ({ freed_bytes: 0, waits: false, failed: [] }),
      session_roots_list: () => ({ total: 0, items: [] }),
      ...answers,
    },
    { pick_folder: async () => ({ token: 'to', label: '/home/ada/out', folder: true }) },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionPanel id="01A" search={search} onSearch={() => {}} onGone={() => {}} />
    </QueryClientProvider>,
  );
  return (name: string) =>
    transport.calls.filter((call) => call.name === name).map(({ input }) => input);
}

it('starts what was only kept, once it is trusted', async () => {
  const act = { task: 'a', name: 'a', action: 'program.run', lines: [] };
  const asked = show(
    kept,
    {},
    {
      session_restore: ({ trust }) => {
        if (!trust)
          throw new CallError({
            code: 'trust_required',
            fields: { acts: JSON.stringify([act]), hash: 'h1' },
          });
        return restored;
      },
    },
  );
  expect(await screen.findByText(/kept, not started/)).toBeTruthy();
  expect(screen.getByTestId('tab-recover').textContent).toBe('Start');
  await waitFor(() => expect(screen.getByTestId('go-on').textContent).toBe('Start'));
  await userEvent.click(screen.getByTestId('go-on'));
  await userEvent.click(await screen.findByTestId('session-trust'));
  await waitFor(() =>
    expect(went).toHaveBeenCalledWith({ to: '/runs/$id', params: { id: '01NEW' } }),
  );
  expect(asked('session_restore').at(-1)).toMatchObject({ resume: true, trust: true, shown: 'h1' });
});

it('starts it as it was kept where its files are gone, and can be forgotten', async () => {
  const asked = show(kept, {}, { session_recovery: () => recovery });
  await waitFor(() => expect(screen.getByTestId('go-on').textContent).toBe('Start as it was kept'));
  await userEvent.click(screen.getByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  await userEvent.click(await screen.findByTestId('session-forget-go'));
  await waitFor(() => expect(asked('session_forget')).toHaveLength(1));
});

it('points an active session to its files when their folder is gone', async () => {
  const gone = { path: '/home/ada/configs', name: 'configs', listed: false, sessions: 1 };
  const items = [{ ...gone, state: 'gone' as const }];
  show(
    { ...session, status: 'active' },
    {},
    { session_roots_list: () => ({ total: items.length, items }) },
  );
  expect(await screen.findByTestId('point-to-root')).toBeTruthy();
  expect(screen.queryByTestId('tab-recover')).toBeNull();
});

it('says in words why it can go on in part only', async () => {
  const missing = {
    reference: 'sum',
    from: 'tool-sets/basic.yaml',
    pointer: '/tools/0',
    looked: [],
  };
  const newest = { ...snapshot, status: 'partial' as const, missing: [missing] };
  show({ ...session, confidence: 'partial', missing: 1, snapshots: [newest] });
  const told = within(await screen.findByTestId('session-certainty'));
  expect(told.getByText('can be recovered in part')).toBeTruthy();
  expect(told.getByText(/1 reference leads to nothing · 1 file holds keys/)).toBeTruthy();
});

it('tells what was written over for what it is, and compares nothing with it', async () => {
  const over = {
    ...snapshot,
    id: '01S2',
    sequence: 2,
    reason: 'before_in_place' as const,
    files: [file('tools/calculator.yaml', 'other')],
    bytes: 20,
  };
  const later = { ...snapshot, id: '01S3', sequence: 3, reason: 'asked' as const };
  show({ ...session, snapshots: [snapshot, over, later] }, { tab: 'snapshots' });
  const row = within(await screen.findByTestId('snapshot-2'));
  expect(row.getByText('What was written over')).toBeTruthy();
  expect(row.getByText(/^Only the 1 file that was written over/)).toBeTruthy();
  expect(row.queryByText(/not in it any more/)).toBeNull();
  expect(within(screen.getByTestId('snapshot-3')).getByText('Like the one before')).toBeTruthy();
});

it('says before and after that keys come into a folder with a snapshot', async () => {
  const asked = show(
    session,
    { tab: 'snapshots' },
    {
      session_restore: () => ({ ...restored, restored: snapshot.files.map(({ path }) => path) }),
    },
  );
  await userEvent.click(await screen.findByTestId('snapshot-back-1'));
  const dialog = within(await screen.findByTestId('dialog-bring-back'));
  expect(dialog.getByText(/1 file of this snapshot holds keys/)).toBeTruthy();
  expect(asked('session_restore')).toEqual([]);
  await userEvent.click(dialog.getByTestId('bring-back-choose'));
  const clear = within(await screen.findByTestId('restored-clear'));
  expect(clear.getByText('llms/openai.yaml')).toBeTruthy();
});

it('tells sessions of one name apart by when they began and where their files are', () => {
  const row = { ...session, snapshots: 1 };
  render(<SessionLine row={row} isOpen={false} begun="today 09:12" onOpen={() => {}} />);
  expect(screen.getByText(/begun /)).toBeTruthy();
  expect(screen.getByText('/home/ada/configs/workflows/import.yaml')).toBeTruthy();
});

it('says where files are of which nothing is kept, and puts their folder on the list', async () => {
  const unkept = { folders: ['/home/ada/configs'] };
  const plain = { ...session, origin: 'run' as const, config: undefined, root: undefined };
  const asked = show(
    { ...plain, status: 'completed', confidence: 'partial', snapshots: [], unkept },
    { tab: 'snapshots' },
    { session_roots_keep: () => ({ total: 0, items: [] }) },
  );
  expect(await screen.findByText(/refers to files in \/home\/ada\/configs/)).toBeTruthy();
  await userEvent.click(screen.getByTestId('unkept-list'));
  await waitFor(() => expect(asked('session_roots_keep')).toEqual([{ path: '/home/ada/configs' }]));
});

it('says with which snapshot files were compared, what begins another one, and what is left out', async () => {
  show(
    session,
    {},
    {
      session_recovery: () => ({
        ...recovery,
        candidates: [
          { source: 'file', ok: true, differs: 0, compared: 2, left_out: ['llms/cheap.yaml'] },
          {
            source: 'snapshot',
            ok: true,
            snapshot: '01S1',
            sequence: 1,
            differs: 1,
            begins_with: 'workflows/old.yaml',
          },
        ],
      }),
    },
  );
  const files = within(await screen.findByTestId('source-file'));
  expect(files.getByText('The files as they are today, compared with snapshot 2')).toBeTruthy();
  expect(files.getByTestId('source-left-out').textContent).toMatch(/^1 file .*llms\/cheap.yaml$/);
  const first = within(screen.getByTestId('source-snapshot'));
  expect(first.getByText(/begins with workflows\/old.yaml/)).toBeTruthy();
});

it('looks again once the folder of its files comes back', async () => {
  const root = { path: '/home/ada/configs', name: 'configs', listed: false, sessions: 1 };
  let state: 'gone' | 'there' = 'gone';
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const asked = show(
    kept,
    {},
    { session_roots_list: () => ({ total: 1, items: [{ ...root, state }] }) },
  );
  await screen.findByTestId('go-on');
  await waitFor(() => expect(asked('session_roots_list')).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked('session_recovery')).toHaveLength(1);
  state = 'there';
  await vi.advanceTimersByTimeAsync(5_000);
  await waitFor(() => expect(asked('session_recovery')).toHaveLength(2));
  vi.useRealTimers();
});

it('says of a run whose configuration is forgotten that it was kept, by whom it was forgotten, and when', async () => {
  const forgotten = { by: 'ada', at: '2026-11-21T18:42:00Z' };
  show(
    {
      ...session,
      origin: 'run',
      config: undefined,
      root: undefined,
      status: 'aborted',
      snapshots: [],
      unkept: { folders: [], forgotten },
    },
    { which: 'all' },
  );
  expect(await screen.findByText('What was kept is forgotten')).toBeTruthy();
  expect(screen.getByTestId('session-panel').textContent).toMatch(
    /What was kept of it was forgotten by ada, .+\. The run itself stays/,
  );
  expect(screen.queryByText('No snapshot was taken')).toBeNull();
});

it('says of a session that was broken off for good what became of its run', () => {
  const ended = { ...session, status: 'aborted' as const, run_id: '01R' };
  expect(standWords({ ...ended, run_status: 'failed' })).toContain('failed');
  expect(standWords({ ...ended, run_status: 'cancelled' })).toContain('cancelled');
  expect(standWords(ended)).toContain('aborted');
});
