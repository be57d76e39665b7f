import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { session } from '../sessions/fixtures';
import { Configuration, ForgottenSession, NoConfiguration } from './Configuration';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children, search }: { children: ReactNode; search: object }) => (
    <a href={JSON.stringify(search)}>{children}</a>
  ),
  useNavigate: () => vi.fn(),
}));

afterEach(cleanup);

function show(isHeld: boolean, snapshots = session.snapshots) {
  setTransport(testTransport({ session_show: () => ({ ...session, snapshots }) }));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Configuration session="01A" isHeld={isHeld} />
    </QueryClientProvider>,
  );
}

it('leads to the files that are kept, and to how it goes on where it waits for somebody', async () => {
  show(false);
  const files = await screen.findByText('Configuration: 4 files kept');
  expect(files.getAttribute('href')).toContain('"tab":"files"');
  cleanup();
  show(true);
  const held = await screen.findByText('Configuration: 4 files kept');
  expect(held.getAttribute('href')).toBe('{}');
});

it('counts the files of the work, not those that were kept before they were written over', async () => {
  const [first] = session.snapshots;
  const over = { ...first, reason: 'before_in_place', files: [] } as never;
  show(false, [...session.snapshots, over]);
  expect(await screen.findByText('Configuration: 4 files kept')).toBeTruthy();
});

it('counts what is still kept where a newer snapshot found nothing, and says so where none kept anything', async () => {
  const empty = { ...session.snapshots[0], id: '01S2', sequence: 2, files: [] } as never;
  show(false, [...session.snapshots, empty]);
  expect(await screen.findByText('Configuration: 4 files kept')).toBeTruthy();
  cleanup();
  show(false, [empty]);
  expect(await screen.findByText('Configuration: nothing kept')).toBeTruthy();
});

it('says of a run that nothing is kept of what it refers to, where its folder is known', async () => {
  const wide = { ...session, snapshots: [], unkept: { folders: ['/home/ada/configs'] } };
  setTransport(testTransport({ session_show: () => wide }));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <NoConfiguration run={{ id: '01RUN', workflow_id: 'w' }} />
    </QueryClientProvider>,
  );
  const way = await screen.findByText('Configuration: nothing kept');
  expect(way.getAttribute('href')).toContain('"tab":"snapshots"');
});

it('asks for no session of an operation that was carried out by itself', () => {
  const transport = testTransport({ session_show: () => session });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <NoConfiguration run={{ id: '01RUN', workflow_id: null }} />
    </QueryClientProvider>,
  );
  expect(transport.calls).toEqual([]);
});

it('says at the head of a run that its session was forgotten, and what can be done', () => {
  const forgotten = { by: 'ada', at: '2026-11-21T17:02:00Z' };
  const { rerender } = render(
    <ForgottenSession run={{ id: '01RUN', workflow_id: null, forgotten } as never} />,
  );
  const told = screen.getByTestId('run-session-forgotten').textContent;
  expect(told).toContain('Its session was forgotten by ada');
  expect(told).toContain('Open a configuration');
  expect(screen.getByTestId('run-open-sessions')).toBeTruthy();
  rerender(<ForgottenSession run={{ id: '01RUN', workflow_id: 'w', forgotten } as never} />);
  expect(screen.queryByTestId('run-open-sessions')).toBeNull();
  rerender(<ForgottenSession run={{ id: '01RUN', workflow_id: null } as never} />);
  expect(screen.queryByTestId('run-session-forgotten')).toBeNull();
});
