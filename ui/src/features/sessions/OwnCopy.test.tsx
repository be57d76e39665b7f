import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type SessionCopyStand, type SessionOwnCopy, type SessionShow, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { recovery, session } from './fixtures';
import { LeftOfSession } from './LeftOfSession';
import { SessionPanel } from './SessionPanel';
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

const path = '/data/overlays/customer-import-1';
const stand: SessionCopyStand = {
  path,
  sequence: 1,
  used: true,
  filled_in: [],
  filled_otherwise: [],
  masked: [],
  gone: [],
  left_out: [],
  missing: [],
};
const changed: SessionOwnCopy = {
  path,
  filled_in: ['llms/openai.yaml'],
  filled_otherwise: [],
  masked: [],
  changed: ['tools/calculator.yaml'],
  asks: true,
};

function show(shown: SessionShow, answers: Answers = {}) {
  const open_session_copy = vi.fn(async () => {});
  const transport = testTransport(
    {
      session_show: () => shown,
      session_recovery: () => recovery,
      session_roots_list: () => ({ total: 0, items: [] }),
      ...answers,
    },
    { open_session_copy },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionPanel id="01A" search={{}} onSearch={() => {}} onGone={() => {}} />
    </QueryClientProvider>,
  );
  return Object.assign(
    (name: string) =>
      transport.calls.filter((call) => call.name === name).map(({ input }) => input),
    { open_session_copy },
  );
}

it('says which copy the work uses, what is filled in there and what is not in it, also while it goes on', async () => {
  const missing = [
    { reference: 'database', from: 'tool-sets/basic.yaml', pointer: '/tools/1', looked: [] },
  ];
  const own_copy = {
    ...stand,
    masked: ['llms/openai.yaml'],
    left_out: ['prompts/clerk.md'],
    missing,
  };
  show({ ...session, status: 'active', works_with: 'overlay', overlay: path, own_copy });
  const told = (await screen.findByTestId('session-own-copy')).textContent;
  expect(told).toContain(`It works from its own copy of the files in ${path}.`);
  expect(told).toContain('still stands in the place of keys: llms/openai.yaml (line 4)');
  expect(told).toContain('because the strategy leaves them out: prompts/clerk.md');
  expect(told).toContain('database (named in tool-sets/basic.yaml)');
});

it('does not ask for a key that is filled in', async () => {
  const own_copy = { ...stand, used: false, filled_otherwise: ['llms/openai.yaml'] };
  show({ ...session, overlay: path, own_copy });
  const told = (await screen.findByTestId('session-own-copy')).textContent;
  expect(told).toContain('with which it can go on.');
  expect(told).toContain('Filled in by you, and not as they were: llms/openai.yaml.');
  expect(told).not.toContain('masked');
});

it.each([
  ['changed', 'copy-changed'],
  ['new', 'copy-new'],
])('goes on with a copy that was changed only once somebody has said: %s', async (copy, testid) => {
  const asked = show(
    { ...session, overlay: path },
    {
      session_recovery: () => ({ ...recovery, own_copy: changed }),
      session_restore: () => ({
        session_id: '01A',
        source: 'snapshot',
        candidates: [],
        restored: [],
        differences: [],
        overlay: path,
        run_id: '01NEW',
        masked: [],
        not_restored: [],
        complete: true,
      }),
    },
  );
  const state = await screen.findByTestId('copy-state');
  expect(state.textContent).toContain('tools/calculator.yaml is not as it was kept');
  expect(screen.getByTestId('go-on')).toHaveProperty('disabled', true);
  expect(screen.getByTestId('look-first')).toHaveProperty('disabled', true);
  await userEvent.click(within(state).getByTestId(testid));
  await userEvent.click(screen.getByTestId('go-on'));
  await waitFor(() => expect(asked('session_restore')).toHaveLength(1));
  expect(asked('session_restore')[0]).toMatchObject({
    copy,
    ...(copy === 'changed' && { copy_path: path }),
    resume: true,
  });
});

it('opens the copy of which it tells, and not the one that was written last', async () => {
  const own_copy = { ...stand, used: false };
  const asked = show(
    { ...session, overlay: '/data/overlays/customer-import-2', own_copy },
    { session_recovery: () => ({ ...recovery, own_copy: changed }) },
  );
  await userEvent.click(await screen.findByTestId('own-copy-open'));
  await userEvent.click(await screen.findByTestId('copy-open'));
  const opened = asked.open_session_copy.mock.calls;
  expect(opened).toEqual([[{ id: '01A', copy: path }], [{ id: '01A', copy: path }]]);
});

it('names the lines of the snapshot that the copy came from', async () => {
  const [first] = session.snapshots;
  if (!first) throw new Error('a snapshot is missing');
  const moved = first.files.map((file) => ({
    ...file,
    masked_places: file.masked_places.map((place) => ({ ...place, line: place.line + 5 })),
  }));
  const snapshots = [first, { ...first, id: '01S9', sequence: 2, files: moved }];
  const own_copy = { ...stand, masked: ['llms/openai.yaml'] };
  show({ ...session, snapshots, overlay: path, own_copy });
  const told = (await screen.findByTestId('session-own-copy')).textContent;
  expect(told).toContain('llms/openai.yaml (line 4)');
});

it('tells of its own copy anew when somebody looks again', async () => {
  const before = { ...stand, used: false, masked: ['llms/openai.yaml'] };
  let own_copy: SessionCopyStand = before;
  show(session, { session_show: () => ({ ...session, overlay: path, own_copy }) });
  expect((await screen.findByTestId('session-own-copy')).textContent).toContain('<masked>');
  own_copy = { ...before, masked: [], filled_in: ['llms/openai.yaml'] };
  await userEvent.click(await screen.findByText('Look again'));
  await waitFor(() =>
    expect(screen.getByTestId('session-own-copy').textContent).toContain('keys filled in'),
  );
});

it('does not forget before it is known what stays, and says where that cannot be known', async () => {
  let fail = (_: unknown) => {};
  const looking = new Promise<never>((_, reject) => {
    fail = reject;
  });
  show({ ...session, overlay: path }, { session_forget_preview: () => looking });
  await userEvent.click(await screen.findByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  const go = await screen.findByTestId('session-forget-go');
  expect(go).toHaveProperty('disabled', true);
  expect(screen.getByTestId('forget-looking')).toBeTruthy();
  fail({ code: 'disk_silent', fields: { path: '/data' } });
  await waitFor(() => expect(go).toHaveProperty('disabled', false));
  const dialog = within(screen.getByTestId('dialog-forget-session'));
  expect(dialog.getByText(/did not answer|does not answer/)).toBeTruthy();
});

it('names the copy that stays before a session is forgotten', async () => {
  show({ ...session, overlay: path }, { session_forget_preview: () => ({ stays: [path] }) });
  await userEvent.click(await screen.findByTestId('session-menu'));
  await userEvent.click(await screen.findByTestId('menu-forget'));
  const stays = await screen.findByTestId('forget-stays');
  expect(stays.textContent).toContain('because you changed it');
  expect(stays.textContent).toContain(path);
});

it('says that a copy was left on purpose, and opens it', async () => {
  const open_session_copy = vi.fn(async () => {});
  setTransport(testTransport({}, { open_session_copy }));
  const left = { freed_bytes: 0, waits: false, failed: [], stays: [path] };
  render(<LeftOfSession id="01A" name="Orders" left={left} onClose={() => {}} />);
  const stays = within(screen.getByTestId('left-stays'));
  expect(stays.getByText(/^Is left, because you changed it/)).toBeTruthy();
  expect(screen.queryByText(/could not be removed/)).toBeNull();
  await userEvent.click(stays.getByTestId('left-open'));
  expect(open_session_copy).toHaveBeenCalledWith({ id: '01A' });
});
