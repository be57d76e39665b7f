import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import {
  CallError,
  type Input,
  type SessionCleanedUp,
  type SessionCleanUpItem,
  type SessionScrubbed,
  type Settings,
  setTransport,
} from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { CleanUpSnapshots } from './CleanUpSnapshots';
import { mostTelling } from './cleanUp';
import { ScrubDialog } from './ScrubDialog';
import { cleanUpWork, scrubWork } from './work';

afterEach(() => {
  cleanup();
  for (const work of [cleanUpWork, scrubWork]) work.forget();
});

const days = [40, 20, 10, 1];

/** Of four snapshots of a session those between its first and its newest go, once they are old. */
function plan({ older_than }: Input<'session_clean_up'>): SessionCleanedUp {
  const before = Number.parseInt(older_than ?? '', 10);
  const items = days.map((old, at): SessionCleanUpItem => {
    const reason = at === 0 ? 'begin' : at === 3 ? 'newest' : old > before ? undefined : 'young';
    const of = { session: '01A', name: 'Orders', snapshot: `s${at + 1}`, sequence: at + 1 };
    const when = { at: '2026-11-21T02:00:00Z', action: reason ? 'kept' : 'removed' };
    return { ...of, ...when, ...(reason && { reason }) };
  });
  const removed = items.filter(({ reason }) => reason === undefined).length;
  const seen = `seen ${removed}`;
  const failed: SessionCleanedUp['failed'] = [];
  return {
    removed,
    kept: 4 - removed,
    freed_bytes: removed * 900,
    items,
    seen,
    orphans: 0,
    failed,
  };
}

function show(answers: Answers, element: React.ReactElement) {
  setTransport(testTransport(answers));
  render(<QueryClientProvider client={createQueryClient()}>{element}</QueryClientProvider>);
}

function cleaning(snapshot_keep_days: number | null, clean = plan) {
  const session_clean_up = vi.fn(clean);
  const settings_update = vi.fn((_: Input<'settings_update'>) => ({}) as Settings);
  const onClose = vi.fn();
  const settings = { snapshot_keep_days } as Settings;
  show(
    { session_clean_up, settings_update },
    <CleanUpSnapshots settings={settings} onClose={onClose} />,
  );
  const applied = () =>
    session_clean_up.mock.calls.map(([input]) => input).filter(({ dry_run }) => !dry_run);
  return { applied, settings_update, onClose };
}

function type(value: string) {
  const field = screen.getByTestId('snapshots-days');
  const input = field instanceof HTMLInputElement ? field : field.querySelector('input');
  fireEvent.change(input as HTMLInputElement, { target: { value } });
}

const apply = () => screen.getByTestId('clean-up-snapshots-apply');

it('shows what would go and why the rest stays, and removes just that', async () => {
  const { applied, settings_update, onClose } = cleaning(null);
  expect(await screen.findByText(/^Nothing would go: 4/)).toBeTruthy();
  expect(apply()).toHaveProperty('disabled', true);
  type('15');
  expect(await screen.findByText(/^1 snapshot would go; at least 900/)).toBeTruthy();
  for (const word of ['goes', 'newest', 'its first', 'not old enough'])
    expect(screen.getAllByText(word)).toHaveLength(1);
  await waitFor(() => expect(apply()).toHaveProperty('disabled', false));
  await userEvent.click(apply());
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(applied()).toEqual([{ older_than: '15d', seen: 'seen 1' }]);
  expect(settings_update.mock.calls.map(([input]) => input)).toEqual([{ snapshot_keep_days: 15 }]);
});

it('keeps them for good where they go neither by themselves nor by a number of days', async () => {
  const { applied, settings_update, onClose } = cleaning(30);
  await screen.findByText(/^Nothing would go/);
  type('');
  expect(await screen.findByText('All snapshots are kept.')).toBeTruthy();
  await userEvent.click(apply());
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(applied()).toEqual([]);
  expect(settings_update.mock.calls.map(([input]) => input)).toEqual([{ snapshot_keep_days: 0 }]);
});

it('stays open with what became another plan, and by a clock that may be wrong offers nothing', async () => {
  const other = (input: Input<'session_clean_up'>) => {
    if (!input.dry_run) throw new CallError({ code: 'plan_changed', message: 'changed' });
    return plan({ ...input, older_than: '5d' });
  };
  const { settings_update, onClose } = cleaning(30, other);
  await screen.findByText(/^2 snapshots would go/);
  await userEvent.click(apply());
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
  expect(settings_update).not.toHaveBeenCalled();
  cleanup();
  cleanUpWork.forget();
  cleaning(30, (input) => {
    const all = plan(input);
    return { ...all, items: all.items.map((item) => ({ ...item, reason: 'clock_ahead' })) };
  });
  expect(await screen.findByTestId('snapshots-clock')).toBeTruthy();
  expect(apply()).toHaveProperty('disabled', true);
});

it('tells those first that go', () => {
  const { items } = plan({ older_than: '5d' });
  expect(mostTelling(items).map(({ sequence }) => sequence)).toEqual([2, 3, 1, 4]);
});

const sound: SessionScrubbed = {
  checked: 12,
  repaired: 0,
  damaged: [],
  rewritten: 0,
  recounted: 0,
  orphans: 0,
  away: [],
  closed: 0,
};

it('reads what is kept and says that it is whole', async () => {
  const session_scrub = vi.fn(() => sound);
  show({ session_scrub }, <ScrubDialog onClose={vi.fn()} />);
  expect(
    await screen.findByText('Everything that is kept is whole; 12 contents were read.'),
  ).toBeTruthy();
  expect(session_scrub).toHaveBeenCalledTimes(1);
});

it('says how much no key here opens, also where nothing is damaged', async () => {
  const session_scrub = () => ({ ...sound, closed: 2 });
  show({ session_scrub }, <ScrubDialog onClose={vi.fn()} />);
  expect((await screen.findByTestId('scrub-closed')).textContent).toContain('2 snapshots');
  expect(screen.getByTestId('scrub-sound')).toBeTruthy();
});

it('says what was repaired, and names what is lost with how many need it', async () => {
  const lost = {
    path: 'tools/sum.yaml',
    sha256: 'ab',
    sessions: ['01A', '01B'],
    names: ['orders', 'stock'],
    reason: { code: 'object_damaged' },
  };
  const session_scrub = () => ({
    ...sound,
    repaired: 3,
    damaged: [lost],
    orphans: 1,
    away: ['/mnt/usb/b1'],
  });
  show({ session_scrub }, <ScrubDialog onClose={vi.fn()} />);
  expect(await screen.findByText('tools/sum.yaml')).toBeTruthy();
  expect(screen.getByText(/needed by 2 sessions/)).toBeTruthy();
  expect(screen.getByText('Not looked in, because it is not there now: /mnt/usb/b1')).toBeTruthy();
  expect(screen.getByText(/^3 contents were damaged and were found elsewhere/)).toBeTruthy();
  expect(screen.getByText(/^A crash left 1 file/)).toBeTruthy();
  expect(screen.queryByTestId('scrub-sound')).toBeNull();
});
