import { useNavigate } from '@tanstack/react-router';
import type { FolderMade } from '@/ipc';
import { warn } from '../warn';

/** Goes to a folder that has just become known, and tells what is to be known of its place. */
export function useMade() {
  const navigate = useNavigate();
  return ({ id, warnings }: FolderMade) => {
    warn(warnings);
    void navigate({ to: '/task-folders/$id', params: { id } });
  };
}
