import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { type RunFile, type RunOutput, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Output } from './Output';

afterEach(cleanup);

function show(output: RunOutput) {
  const open_run_file = vi.fn(async () => undefined);
  setTransport(testTransport({ run_output: () => output }, { open_run_file }));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Output
        run="r"
        task={{ id: 'write', action: 'file.write', attempts: [], output_bytes: 40 }}
      />
    </QueryClientProvider>,
  );
  return open_run_file;
}

const FILE: RunFile = {
  member: '',
  path: '/data/task-folders/r/report.txt',
  bytes: 28,
  text: 'All is well',
  opens: true,
};

it('shows where a file is and how it begins, and leads to it', async () => {
  const opened = show({ output: { path: 'report.txt', bytes: 28 }, files: [FILE] });
  await screen.findByText('/data/task-folders/r/report.txt');
  expect(screen.getByText('All is well')).toBeTruthy();
  expect(screen.queryByText('path')).toBeNull();
  fireEvent.click(screen.getByTestId('file-open'));
  fireEvent.click(screen.getByTestId('file-show'));
  const file = { id: 'r', task: 'write', member: '' };
  await waitFor(() => expect(opened).toHaveBeenCalledTimes(2));
  expect(opened).toHaveBeenNthCalledWith(1, { ...file, folder: false });
  expect(opened).toHaveBeenNthCalledWith(2, { ...file, folder: true });
});

it('opens no program, and keeps what the output says besides', async () => {
  const rows_file = { path: '/data/outputs/r/rows.sh', bytes: 9 };
  const file = { ...FILE, member: 'rows_file', path: rows_file.path, opens: false };
  show({ output: { exit_code: 0, rows_file }, files: [file] });
  await screen.findByText('/data/outputs/r/rows.sh');
  expect(screen.getByText('exit_code')).toBeTruthy();
  expect(screen.queryByText('rows_file')).toBeNull();
  expect(screen.queryByTestId('file-open')).toBeNull();
});
