import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { RunShow } from '@/ipc';
import { FolderLink } from './FolderLink';
import { Hindered } from './Hindered';

const went = vi.fn();
vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => went,
}));

afterEach(cleanup);

const run = (path: string) =>
  ({
    folder: { id: '01F', path },
    workflow_id: 'w',
    hindered: { code: 'folder_gone', fields: { path } },
  }) as unknown as RunShow;

it('leads from a run that could not begin to its task folder', () => {
  render(<Hindered run={run('/srv/one')} />);
  fireEvent.click(screen.getByTestId('open-task-folder'));
  expect(went).toHaveBeenCalledWith({ to: '/task-folders/$id', params: { id: '01F' } });
});

it('leads nowhere where the folder is known no more', () => {
  render(<FolderLink run={run('')} />);
  expect(screen.queryByTestId('open-task-folder')).toBeNull();
});
