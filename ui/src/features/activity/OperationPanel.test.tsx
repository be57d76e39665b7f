import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { Toasts } from '@/components';
import { type OperationRow, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { OperationPanel } from './OperationPanel';

vi.mock('@tanstack/react-router', () => ({ Link: () => null }));

afterEach(cleanup);

/** An operation whose Undo is pressed, and the commands that were called for that. */
async function undo(operation: string) {
  const row = {
    ...{ id: 'op', operation, at: '2026-05-01T10:00:00.000Z', actor: 'ada', face: 'desktop' },
    ...{ kind: null, subject_id: null, subject_name: null, before: null, after: null },
    ...{ count: 9000, undoable: true, undone_by: null, undone: null },
  } as OperationRow;
  const transport = testTransport({
    activity_show: () => ({ operation: row, items: [] }) as never,
    db_undo: () => ({ kept: 0 }) as never,
    run_undelete: () => ({ done: 9000, left_out: [], items: [], more: false, cancelled: false }),
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <OperationPanel id="op" />
      <Toasts />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByTestId('undo'));
  const calls = () => transport.calls.filter(({ name }) => name !== 'activity_show');
  await waitFor(() => expect(calls()).toHaveLength(1));
  return calls();
}

it('brings runs back by what tells how far it is, and undoes the rest', async () => {
  expect(await undo('run_delete')).toEqual([
    { name: 'run_undelete', input: { operation_id: 'op' } },
  ]);
  await screen.findByText('9,000 deleted runs are back');
  cleanup();
  expect(await undo('delete')).toEqual([{ name: 'db_undo', input: { operation_id: 'op' } }]);
});
