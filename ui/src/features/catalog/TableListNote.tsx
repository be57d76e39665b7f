import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Notice } from '@/components';
import { m, visible } from '@/i18n';
import { folderName } from '../runs/folder/path';
import { previewQuery } from '../runs/sheet/queries';
import { useDraft } from './draft/DraftContext';
import { isObject, type View } from './draft/edits';

/** The action that reads a list of tables. */
const READS = 'table_list.read';

/** What comes next for a workflow that begins with a list of tables and has not run yet. */
export function TableListNote({ workflow }: { workflow: string }) {
  const navigate = useNavigate();
  const { view } = useDraft();
  const { data } = useQuery({ ...previewQuery(workflow, {}), enabled: readsList(view) });
  const folder = data?.folder;
  const reading = data?.tasks.find(({ action, place }) => action === READS && place === 1);
  if (!reading || !folder || folder.trouble) return null;
  const lacking = reading.no_input;
  // Once it ran, its list is a matter of its folder.
  if (!lacking && data.expected !== undefined) return null;
  const name = visible(folderName(folder.path));
  return (
    <Notice
      tone={lacking ? 'run' : 'ok'}
      icon={lacking ? 'info' : 'check'}
      data-testid="table-list-note"
      end={
        <Button
          icon="folder"
          onPress={() => void navigate({ to: '/task-folders/$id', params: { id: folder.id } })}
          data-testid="table-list-folder"
        >
          {m.preflight_open_folder()}
        </Button>
      }
    >
      {lacking
        ? m.table_list_next({ file: visible(lacking.fields?.path ?? ''), folder: name })
        : m.table_list_ready({ folder: name })}
    </Notice>
  );
}

function readsList(view: View): boolean {
  const tasks = isObject(view) && Array.isArray(view.tasks) ? view.tasks : [];
  return tasks.some((task) => isObject(task) && task.action === READS);
}
