import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import {
  CallError,
  type SessionInPlacePlan,
  type SessionPutInPlace,
  type SessionRestored,
  setTransport,
} from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { recovery, session } from './fixtures';
import { InPlaceDialog } from './InPlaceDialog';
import { inPlaceWork } from './work';

afterEach(() => {
  cleanup();
  inPlaceWork('01A').forget();
});

const plan: SessionInPlacePlan = {
  session_id: '01A',
  source: 'snapshot',
  snapshot: '01S1',
  sequence: 1,
  root: '/home/ada/configs',
  files: [
    {
      path: 'llms/openai.yaml',
      act: 'left',
      reason: { code: 'in_place_masked' },
      holds_keys: false,
    },
    { path: 'tool-sets/basic.yaml', act: 'replaces', holds_keys: true },
    { path: 'tools/calculator.yaml', act: 'same', holds_keys: false },
    { path: 'workflows/import.yaml', act: 'makes', holds_keys: false },
  ],
  used_by: [{ id: '01B', name: 'Invoices', files: 1 }],
  stamp: 'abc',
  complete: false,
};

const inPlace: SessionPutInPlace = {
  written: ['tool-sets/basic.yaml', 'workflows/import.yaml'],
  same: ['tools/calculator.yaml'],
  left: [],
  before: '01S2',
};

const done: SessionRestored = {
  session_id: '01A',
  source: 'snapshot',
  candidates: recovery.candidates,
  restored: [],
  differences: [],
  overlay: '/data/overlays/customer-import-1',
  masked: [],
  not_restored: [],
  in_place: inPlace,
  complete: true,
};

function show(answers: Answers = {}) {
  const transport = testTransport({ session_in_place_plan: () => plan, ...answers });
  setTransport(transport);
  const closed = vi.fn();
  render(
    <QueryClientProvider client={createQueryClient()}>
      <InPlaceDialog
        session={session}
        from={{ use: 'snapshot', snapshot: '01S1' }}
        onClose={closed}
      />
      <Toasts />
    </QueryClientProvider>,
  );
  const asked = (name: string) =>
    transport.calls.filter((call) => call.name === name).map(({ input }) => input);
  return { asked, closed };
}

it('says what is made, written over and left, who else works with it, and that it is kept first', async () => {
  const { asked } = show();
  expect((await screen.findByTestId('act-tool-sets/basic.yaml')).textContent).toContain(
    'is written over',
  );
  expect(screen.getByTestId('act-workflows/import.yaml').textContent).toContain('is made');
  expect(screen.getByTestId('act-llms/openai.yaml').textContent).toContain('never written over');
  expect(screen.queryByTestId('act-tools/calculator.yaml')).toBeNull();
  expect(screen.getByText('1 file is already as it was.')).toBeTruthy();
  expect(screen.getByText(/will find them changed: Invoices/)).toBeTruthy();
  expect(screen.getByText(/kept first.*kept with them/)).toBeTruthy();
  expect(screen.getByTestId('in-place-go').textContent).toBe('Put 2 files back');
  expect(asked('session_restore')).toEqual([]);
});

it('puts back what was planned, and what was there before when somebody wants that', async () => {
  const { asked, closed } = show({ session_restore: () => done });
  await userEvent.click(await screen.findByTestId('in-place-go'));
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(asked('session_restore')).toEqual([
    { id: '01A', use: 'snapshot', snapshot: '01S1', in_place: 'abc' },
  ]);
  await userEvent.click(screen.getByTestId('in-place-undo'));
  await waitFor(() => expect(asked('session_restore')).toHaveLength(2));
  expect(asked('session_in_place_plan').at(-1)).toEqual({ id: '01A', snapshot: '01S2' });
});

it('stays open with what was left, and why', async () => {
  const left = [{ path: 'tools/sum.yaml', reason: { code: 'in_place_changed_meanwhile' } }];
  const { closed } = show({
    session_restore: () => ({ ...done, in_place: { ...inPlace, left } }),
  });
  await userEvent.click(await screen.findByTestId('in-place-go'));
  const told = await screen.findByTestId('in-place-left');
  expect(told.textContent).toContain('tools/sum.yaml');
  expect(told.textContent).toContain('changed it meanwhile');
  expect(closed).not.toHaveBeenCalled();
});

it('looks again where something has changed since, and does not go on by itself', async () => {
  const { asked } = show({
    session_restore: () => {
      throw new CallError({ code: 'plan_changed' });
    },
  });
  await userEvent.click(await screen.findByTestId('in-place-go'));
  expect(await screen.findByText(/changed since the plan was made/)).toBeTruthy();
  expect(asked('session_restore')).toHaveLength(1);
});

it('has nothing to do where all is as it was', async () => {
  const files = plan.files.filter(({ act }) => act === 'same');
  show({ session_in_place_plan: () => ({ ...plan, files }) });
  expect(await screen.findByText(/nothing to put back/)).toBeTruthy();
  expect(screen.queryByTestId('in-place-go')).toBeNull();
});

it('says whether anything was written when it is cancelled', async () => {
  const hints: string[] = [];
  show({
    session_restore: () => {
      throw new CallError({ code: 'cancelled', hints });
    },
  });
  await userEvent.click(await screen.findByTestId('in-place-go'));
  expect((await screen.findByTestId('in-place-cancelled')).textContent).toContain(
    'nothing was written over',
  );
  // On a disk that does not answer nobody can know, and nothing is begun again meanwhile.
  hints.push('in_place_goes_on');
  await userEvent.click(screen.getByTestId('in-place-go'));
  await waitFor(() =>
    expect(screen.getByTestId('in-place-cancelled').textContent).toContain('does not answer'),
  );
  expect(screen.queryByTestId('in-place-go')).toBeNull();
});

it('says of a file that is gone and not made that it is gone, never that it stays', async () => {
  const gone = {
    path: 'tools/database.yaml',
    act: 'gone',
    reason: { code: 'in_place_masked_gone' },
    holds_keys: false,
  } as const;
  show({ session_in_place_plan: () => ({ ...plan, files: [...plan.files, gone] }) });
  const told = (await screen.findByTestId('act-tools/database.yaml')).textContent;
  expect(told).toContain('is gone, and is not made');
  expect(told).not.toContain('stays as it is');
});

it('makes a file that is gone without its keys only where somebody says so, and says where to fill them in', async () => {
  const reason = { code: 'in_place_masked_gone' };
  const gone = { path: 'llms/openai.yaml', act: 'gone' as const, reason, holds_keys: false };
  const { asked, closed } = show({
    session_in_place_plan: ({ make_masked }) => ({
      ...plan,
      files: [make_masked ? { ...gone, act: 'makes_masked', reason: undefined } : gone],
      stamp: make_masked ? 'with' : 'without',
    }),
    session_restore: () => ({
      ...done,
      in_place: { written: [gone.path], made_masked: [gone.path], same: [], left: [] },
    }),
  });
  await userEvent.click(await screen.findByTestId('mask-llms/openai.yaml'));
  const go = await screen.findByTestId('in-place-go');
  expect(screen.getByTestId('act-llms/openai.yaml').textContent).toContain('“<masked>”');
  await userEvent.click(go);
  const told = await screen.findByTestId('in-place-left');
  expect(told.textContent).toContain('Fill them in:llms/openai.yaml');
  expect(closed).not.toHaveBeenCalled();
  expect(asked('session_restore')).toEqual([
    {
      id: '01A',
      use: 'snapshot',
      snapshot: '01S1',
      in_place: 'with',
      make_masked: ['llms/openai.yaml'],
    },
  ]);
});
