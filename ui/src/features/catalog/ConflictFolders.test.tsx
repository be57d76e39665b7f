import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { ConflictFolders } from './ConflictFolders';

afterEach(cleanup);

const folder = { id: '01A', name: 'sales', path: '/srv/sales' };

function show(mine: unknown, theirs: unknown) {
  const transport = testTransport({
    folder_list: () => ({ total: 1, items: [folder] }) as never,
  });
  setTransport(transport);
  render(
    <QueryClientProvider client={createQueryClient()}>
      <ConflictFolders mine={{ view: mine }} theirs={{ view: theirs }} />
    </QueryClientProvider>,
  );
  return transport;
}

it('tells by their places which folder each side names', async () => {
  show({ taskFolder: '01GONE' }, { task_folder: '01A' });
  const told = (await screen.findByTestId('conflict-folders')).textContent;
  expect(told).toContain('Yours works in “01GONE”, which is no task folder here.');
  expect(told).toContain('What is saved works in /srv/sales.');
  cleanup();
  show({}, { taskFolder: 'sales' });
  expect((await screen.findByTestId('conflict-folders')).textContent).toContain(
    'Yours works in a folder of each run’s own.',
  );
});

it('says and asks nothing where both name the same', () => {
  const transport = show({ taskFolder: '01A', name: 'a' }, { taskFolder: '01A', name: 'b' });
  expect(screen.queryByTestId('conflict-folders')).toBeNull();
  expect(transport.calls).toEqual([]);
});
