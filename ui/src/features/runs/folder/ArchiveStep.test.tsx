import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { type RunArchive, type RunShow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { ArchiveStep } from './ArchiveStep';

afterEach(cleanup);

const made: RunArchive = {
  name: 'file_bak_20261122_020000',
  path: '/tasks/one/file_bak_20261122_020000',
  moved: 2,
  copied: 1,
  kept: 1,
  bytes: 2048,
  names: ['a.csv', 'b\u202Evsc.csv'],
  failed: [],
  started_at: '2026-11-22T02:00:00Z',
  ended_at: '2026-11-22T02:00:03Z',
};

function show(archive: RunArchive | undefined, status = 'succeeded') {
  const run = { id: 'r', status, archive, folder: { id: 'f', path: '/tasks/one/' } };
  render(<ArchiveStep run={run as unknown as RunShow} origin={Date.parse(made.started_at)} />);
}

it('stands before the tasks with what was kept, and tells more when it is opened', () => {
  setTransport(testTransport({}));
  show(made);
  const row = screen.getByTestId('run-archive');
  expect(row.dataset.status).toBe('succeeded');
  expect(row.textContent).toContain('one');
  expect(row.textContent).toContain('file_bak_20261122_020000');
  expect(row.textContent).toContain('2 files');
  expect(row.textContent).toContain('3s');
  expect(screen.queryByTestId('run-archive-panel')).toBeNull();
  fireEvent.click(row);
  const panel = screen.getByTestId('run-archive-panel');
  expect(panel.textContent).toContain('a.csv');
  expect(panel.textContent).toContain('b\\u{202e}vsc.csv');
  expect(panel.textContent).toContain('and 1 more');
});

it('opens by itself where a file kept the run from beginning, and names it', () => {
  const reason = { code: 'not_in_the_catalogue' };
  const failed = [{ file: 'report.xlsx', reason }];
  show({ ...made, name: undefined, path: undefined, names: [], failed }, 'failed');
  expect(screen.getByTestId('run-archive').dataset.status).toBe('failed');
  const panel = screen.getByTestId('run-archive-panel');
  expect(panel.textContent).toContain('report.xlsx');
  expect(panel.textContent).not.toContain('kept in place');
});

it('tells how far it is while it goes on', () => {
  show(
    { ...made, name: undefined, path: undefined, names: [], ended_at: undefined, of: 20_000 },
    'queued',
  );
  const row = screen.getByTestId('run-archive');
  expect(row.dataset.status).toBe('running');
  expect(row.textContent).toContain('2 of 20,000 files');
});

it('is not there where nothing had to be archived', () => {
  show(undefined);
  expect(screen.queryByTestId('run-archive')).toBeNull();
});
