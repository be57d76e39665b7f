import { useNavigate } from '@tanstack/react-router';
import { Button } from '@/components';
import { m } from '@/i18n';
import type { ShownRun } from '../queries';

/** The way to the page of the task folder a run works in; nothing where that is known no more. */
export function FolderLink({ run }: { run: ShownRun }) {
  const navigate = useNavigate();
  const { folder } = run;
  if (!folder?.path) return null;
  return (
    <Button
      icon="folder"
      onPress={() => void navigate({ to: '/task-folders/$id', params: { id: folder.id } })}
      data-testid="open-task-folder"
    >
      {m.preflight_open_folder()}
    </Button>
  );
}
