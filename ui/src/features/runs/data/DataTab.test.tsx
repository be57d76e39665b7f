import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type RunTask, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import type { ShownRun } from '../queries';
import { DataTab, fileName } from './DataTab';

afterEach(cleanup);

const task = (id: string, name: string, output_bytes: number): RunTask => ({
  ...{ id, name, action: 'wait', status: 'succeeded', attempts: [], output_bytes },
});

function show(context: object, tasks: RunTask[]) {
  const transport = testTransport(
    {
      run_output: () => ({ output: { rows: 3 } }),
      run_data: ({ task }) => ({ text: `{"of":"${task ?? 'input'}"}` }),
      run_data_save: () => ({ files: ['/tmp/x.json'] }),
    },
    { pick_save: async () => ({ token: 't', label: '/tmp/x.json', folder: false }) },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <DataTab run={{ id: 'r', context, tasks } as unknown as ShownRun} />
    </QueryClientProvider>,
  );
  return transport;
}

it('lists what was given and what tasks gave, and finds it by name', async () => {
  show({ month: 'May' }, [task('a', 'Load orders', 9), task('b', 'Check', 9), task('c', 'No', 0)]);
  expect(screen.getByTestId('run-input').textContent).toContain('May');
  expect(screen.queryByTestId('data-c')).toBeNull();
  const search = screen.getByTestId('data-search');
  fireEvent.change(search, { target: { value: 'ORDERS' } });
  await waitFor(() => expect(screen.queryByTestId('data-b')).toBeNull());
  expect(screen.getByTestId('data-a')).toBeTruthy();
  fireEvent.change(search, { target: { value: 'nowhere' } });
  await waitFor(() => expect(screen.getByText('No result fits these words.')).toBeTruthy());
});

it('says where there is nothing', () => {
  show({}, []);
  expect(screen.getByText('Started without input')).toBeTruthy();
  expect(screen.getByText('No task has given anything so far.')).toBeTruthy();
});

it('lists no more than can be looked at', () => {
  const many = Array.from({ length: 201 }, (_, n) => task(`t${n}`, `step ${n}`, 1));
  show({}, many);
  expect(document.querySelectorAll('details').length).toBe(200);
  expect(screen.getByText(/The first 200 of 201/)).toBeTruthy();
});

it('brings a result when it is opened, copies and saves it', async () => {
  const write = vi.fn(async () => undefined);
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: write } });
  const transport = show({}, [task('a', 'Load', 9)]);
  const asked = (name: string) => transport.calls.filter((one) => one.name === name);
  expect(asked('run_output')).toEqual([]);
  const details = screen.getByTestId<HTMLDetailsElement>('data-a');
  details.open = true;
  fireEvent(details, new Event('toggle'));
  await userEvent.click(await screen.findByTestId('copy-a'));
  await waitFor(() => expect(write).toHaveBeenCalledWith('{"of":"a"}'));
  await userEvent.click(screen.getByTestId('save-a'));
  await waitFor(() =>
    expect(asked('run_data_save').map(({ input }) => input)).toEqual([
      { id: 'r', task: 'a', to: { picked: 't' } },
    ]),
  );
  vi.unstubAllGlobals();
});

it('makes a name of a file that every system takes', () => {
  expect(fileName('读取/orders: "all"?')).toBe('读取-orders- -all--');
  expect(fileName('...')).toBe('data');
});
