import { useNavigate } from '@tanstack/react-router';
import { toast } from '@/components';
import { begun, say, visible } from '@/i18n';
import type { FolderMade } from '@/ipc';

/** Goes to a folder that has just become known, and tells what is to be known of its place. */
export function useMade() {
  const navigate = useNavigate();
  return ({ id, warnings }: FolderMade) => {
    for (const warning of warnings) toast({ tone: 'warn', text: begun(visible(say(warning))) });
    void navigate({ to: '/task-folders/$id', params: { id } });
  };
}
