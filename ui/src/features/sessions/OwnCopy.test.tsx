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
  return (name: string) =>
    transport.calls.filter((call) => call.name === name).map(({ input }) => input);
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
  expect(told).toContain('with which it can go on as it was');
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
  expect(asked('session_restore')[0]).toMatchObject({ copy, resume: true });
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
