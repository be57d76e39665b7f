import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type NextStep, type RunShow, type RunTask, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { NextSteps, stepsOf } from './NextSteps';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

afterEach(() => {
  cleanup();
  went.mockClear();
});

const run = (more: Partial<RunShow> = {}) =>
  ({ id: 'r', status: 'failed', workflow_id: 'w', folder: null, ...more }) as unknown as RunShow;

const task = (next: NextStep[], more: Partial<RunTask> = {}) =>
  ({ id: 'load', status: 'failed', attempts: [{ next }], ...more }) as unknown as RunTask;

function show(next: NextStep[], of = run()) {
  const transport = testTransport({
    source_list: () => ({ items: [{ name: 'orders', type: 'mysql' }] }) as never,
    source_test: () => ({ ok: true, version: '11.4', error: null }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <NextSteps run={of} task={task(next)} onMessages={() => {}} />
    </QueryClientProvider>,
  );
  return transport;
}

it('leads to the connection that is mended', () => {
  show([{ do: 'edit_connection', of: 'orders' }, { do: 'retry_here' }]);
  const steps = screen.getAllByRole('button');
  expect(steps[0]?.textContent).toContain('orders');
  fireEvent.click(screen.getByTestId('step-edit_connection'));
  expect(went).toHaveBeenCalledWith({ to: '/connections', search: { enter: 'orders' } });
});

it('leads to the field of the task that is changed', () => {
  show([{ do: 'allow_more_time', of: 'timeout' }]);
  fireEvent.click(screen.getByTestId('step-allow_more_time'));
  expect(went).toHaveBeenCalledWith({
    to: '/workflows/$id',
    params: { id: 'w' },
    search: { at: 'id:load', field: 'timeout' },
  });
});

it('asks the data source where one stands', async () => {
  const { calls } = show([{ do: 'test_connection', of: 'orders' }]);
  fireEvent.click(screen.getByTestId('step-test_connection'));
  expect((await screen.findByTestId('test-ok')).textContent).toContain('11.4');
  expect(calls).toContainEqual({ name: 'source_test', input: { name: 'orders' } });
});

const words = (of: RunShow, one: RunTask) => stepsOf(of, one).map((step) => step.do);

it('offers what helps first, and each step once', () => {
  expect(words(run(), task([{ do: 'edit_task', of: 'params.sql' }, { do: 'retry_here' }]))).toEqual(
    ['edit_task', 'retry_here', 'skip_task'],
  );
  // Whatever has not failed can be run again and looked at.
  expect(words(run(), task([], { status: 'succeeded', child: 'c' }))).toEqual([
    'retry_here',
    'open_run',
    'edit_task',
  ]);
});

it('offers no step that cannot be taken', () => {
  const next: NextStep[] = [{ do: 'open_folder' }, { do: 'give_input' }, { do: 'retry_here' }];
  expect(words(run({ status: 'running' }), task(next))).toEqual(['edit_task']);
  expect(words(run({ workflow_id: null }), task(next))).toEqual([]);
  const folder = { id: 'f', path: '/srv/one' } as RunShow['folder'];
  expect(words(run({ folder, status: 'running' }), task(next))).toEqual([
    'open_folder',
    'edit_task',
  ]);
});
