import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type SessionRestored, type SessionSnapshot, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { file, recovery, session, snapshot } from './fixtures';
import { SnapshotsTab } from './SnapshotsTab';
import { restoreWork } from './work';

afterEach(() => {
  cleanup();
  restoreWork('01A').forget();
});

const files = [file('tools/sum.yaml'), file('tools/table.yaml')];
const restored: SessionRestored = {
  session_id: '01A',
  source: 'snapshot',
  candidates: recovery.candidates,
  restored: ['tools/sum.yaml'],
  differences: [],
  overlay: '/home/ada/back',
  masked: [],
  not_restored: [{ path: 'tools/table.yaml', reason: { code: 'object_damaged' } }],
  complete: false,
};

function show(more: Partial<SessionSnapshot>) {
  const transport = testTransport(
    { session_restore: () => restored },
    { pick_folder: () => Promise.resolve({ token: 'to', label: '/home/ada/back', folder: true }) },
  );
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SnapshotsTab
        session={{ ...session, snapshots: [{ ...snapshot, files, ...more }] }}
        onFiles={() => undefined}
      />
    </QueryClientProvider>,
  );
  return transport;
}

it.each([
  ['that is damaged', { damaged: 1 }],
  ['that failed when it was taken', { status: 'failed' as const }],
])('writes out what is left of a snapshot %s, and names the rest', async (_, more) => {
  const transport = show(more);
  await userEvent.click(screen.getByRole('button', { name: 'Bring back… snapshot 1' }));
  const dialog = within(await screen.findByTestId('dialog-restored'));
  expect(dialog.getByText('1 file did not come back:')).toBeTruthy();
  expect(dialog.getByText('tools/table.yaml')).toBeTruthy();
  expect(transport.calls).toEqual([
    {
      name: 'session_restore',
      input: { id: '01A', use: 'snapshot', snapshot: '01S1', to: { picked: 'to' } },
    },
  ]);
});

it('offers nothing to write out of a snapshot that holds no file', () => {
  show({ status: 'failed', files: [] });
  expect(screen.queryByTestId('snapshot-back-1')).toBeNull();
});
