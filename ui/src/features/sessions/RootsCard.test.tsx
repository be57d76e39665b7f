import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type ConfigRoot, type Settings, setTransport } from '@/ipc';
import { type Answers, testTransport } from '@/ipc/testing';
import { recovery, session } from './fixtures';
import { PointTo } from './PointTo';
import { RootsCard } from './RootsCard';

afterEach(cleanup);

const there: ConfigRoot = {
  path: '/home/ada/configs',
  name: 'configs',
  listed: true,
  sessions: 2,
  state: 'there',
};
const gone: ConfigRoot = { ...there, path: '/mnt/usb/configs', listed: false, state: 'gone' };
const picked = { token: 't1', label: '/home/ada/moved', folder: true };

function transport(answers: Answers = {}) {
  const made = testTransport(
    {
      session_roots_list: () => ({ total: 2, items: [there, gone] }),
      session_roots_remove: () => ({ total: 1, items: [gone] }),
      settings_show: () => ({ snapshot_secrets: 'encrypted' }) as Settings,
      session_relink: () => ({ sessions: 2, found: 3, changed: 1, gone: 0 }),
      ...answers,
    },
    { pick_folder: async () => picked, pick_file: async () => picked },
  );
  setTransport(made);
  return (name: string) =>
    made.calls.filter((call) => call.name === name).map(({ input }) => input);
}

function show(what: React.ReactNode) {
  render(<QueryClientProvider client={createQueryClient()}>{what}</QueryClientProvider>);
}

it('points a folder that is gone to where it is, after saying what of it is there', async () => {
  const asked = transport();
  show(<RootsCard />);
  expect(
    await screen.findByText('not on this computer · 2 sessions · met with a session'),
  ).toBeTruthy();
  await userEvent.click(screen.getByTestId('root-point'));
  const found = within(await screen.findByTestId('relink-found'));
  expect(found.getByText('3 are here as they were')).toBeTruthy();
  expect(found.getByText('1 is here and not as it was')).toBeTruthy();
  expect(found.queryByText(/not here$/)).toBeNull();
  await userEvent.click(screen.getByTestId('relink-go'));
  await waitFor(() => expect(screen.queryByTestId('dialog-relink')).toBeNull());
  expect(asked('session_relink')).toEqual([
    { path: '/mnt/usb/configs', to: { picked: 't1' }, dry_run: true },
    { path: '/mnt/usb/configs', to: { picked: 't1' } },
  ]);
});

it('does not look in a folder in which nothing of it is', async () => {
  transport({ session_relink: () => ({ sessions: 2, found: 0, changed: 0, gone: 4 }) });
  show(<RootsCard />);
  await userEvent.click(await screen.findByTestId('root-point'));
  expect(await screen.findByText(/None of the files is in this folder/)).toBeTruthy();
  expect(screen.queryByTestId('relink-go')).toBeNull();
});

it('takes a folder off the list that somebody named', async () => {
  const asked = transport();
  show(<RootsCard />);
  await userEvent.click(await screen.findByTestId('root-remove'));
  await waitFor(() => expect(asked('session_roots_remove')).toEqual([{ path: there.path }]));
});

it.each([
  ['config_not_found', /was not found/],
  ['config_gone', /another name/],
])('points a session to its file (%s)', async (code, words) => {
  const asked = transport({
    session_link: () => ({ session_id: '01A', root: '/home/ada/configs', config: 'w.yaml' }),
  });
  const candidates = [
    {
      source: 'file' as const,
      ok: false,
      reason: { code, fields: { path: 'configs/w.yaml' } },
      differs: 0,
    },
  ];
  show(<PointTo session={session} recovery={{ ...recovery, candidates }} />);
  expect(screen.getByText(words)).toBeTruthy();
  await userEvent.click(screen.getByTestId('point-to-file'));
  await waitFor(() =>
    expect(asked('session_link')).toEqual([{ id: '01A', config: { picked: 't1' } }]),
  );
});

it('asks for nothing where the files are where they were', () => {
  transport();
  const candidates = [{ source: 'file' as const, ok: true, differs: 0 }];
  show(<PointTo session={session} recovery={{ ...recovery, candidates }} />);
  expect(screen.queryByTestId('point-to-root')).toBeNull();
  expect(screen.queryByTestId('point-to-file')).toBeNull();
});

it('says that masking finds the usual forms, where keys are masked', async () => {
  transport({ settings_show: () => ({ snapshot_secrets: 'masked' }) as Settings });
  show(<RootsCard />);
  expect((await screen.findByTestId('roots-masked')).textContent).toContain('encrypted is safer');
  cleanup();
  transport();
  show(<RootsCard />);
  await screen.findByText('/home/ada/configs');
  expect(screen.queryByTestId('roots-masked')).toBeNull();
});
