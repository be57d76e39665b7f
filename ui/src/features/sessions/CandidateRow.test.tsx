import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type Difference, type SessionCandidate, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { CandidateRow } from './CandidateRow';
import { session } from './fixtures';

afterEach(cleanup);

const places: Difference[] = [
  {
    path: '/tasks/0/timeout',
    subject: { kind: 'task', name: 'Load' },
    field: 'timeout',
    change: 'changed',
    before: '5000',
    after: '9000',
  },
];
const compared = { before: 'timeout: 5000\n', after: 'timeout: 9000\n', places };

function show(candidate: SessionCandidate) {
  const session_compare_definition = vi.fn(() => compared);
  const onChoose = vi.fn();
  setTransport(testTransport({ session_compare_definition }));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <CandidateRow
        session={session}
        candidate={candidate}
        isRecommended={false}
        isChosen={false}
        onChoose={onChoose}
      />
    </QueryClientProvider>,
  );
  return { session_compare_definition, onChoose };
}

it('shows in which places the workflow of the catalog is another one, and chooses nothing by it', async () => {
  const { session_compare_definition, onChoose } = show({
    source: 'revision',
    ok: true,
    differs: 1,
  });
  expect(screen.getByText('differs in 1 place')).toBeTruthy();
  await userEvent.click(
    screen.getByRole('button', { name: 'Show what differs in The workflow in the catalog' }),
  );
  const dialog = within(await screen.findByTestId('dialog-file-difference'));
  expect(await dialog.findByText('Task Load · Give up after')).toBeTruthy();
  expect(dialog.getByText('as worked with → in the catalog today')).toBeTruthy();
  expect(session_compare_definition).toHaveBeenCalledWith(
    { id: '01A', definition: 'revision' },
    undefined,
  );
  expect(onChoose).not.toHaveBeenCalled();
});

it('says of the definition that is kept with the session in how many places it differs', async () => {
  const { session_compare_definition } = show({ source: 'embedded', ok: true, differs: 2 });
  expect(screen.getByText(/^The definition alone; .* · differs in 2 places$/)).toBeTruthy();
  await userEvent.click(screen.getByTestId('show-embedded'));
  const dialog = within(await screen.findByTestId('dialog-file-difference'));
  expect(await dialog.findByText('as worked with → kept with the session')).toBeTruthy();
  expect(session_compare_definition).toHaveBeenCalledWith(
    { id: '01A', definition: 'embedded' },
    undefined,
  );
});

it.each([
  { source: 'revision', ok: true, differs: 0 },
  { source: 'embedded', ok: false, reason: { code: 'nothing_embedded' }, differs: 0 },
  { source: 'snapshot', ok: true, snapshot: '01S1', sequence: 1, differs: 3 },
] as const)('offers nothing to look at where no place of a definition differs: $source', (one) => {
  show(one);
  expect(screen.queryByRole('button')).toBeNull();
});

it('names the first of the files that a snapshot cannot bring back', () => {
  show({
    source: 'snapshot',
    ok: false,
    reason: { code: 'objects_damaged', fields: { count: '5' } },
    snapshot: '01S1',
    sequence: 1,
    differs: 0,
    lost: ['llms/a.yaml', 'llms/b.yaml', 'tools/c.yaml', 'tools/d.yaml', 'tools/e.yaml'],
  });
  expect(screen.getByTestId('source-lost').textContent).toBe(
    '5 files cannot be brought back: llms/a.yaml, llms/b.yaml, tools/c.yaml, 2 more',
  );
});
