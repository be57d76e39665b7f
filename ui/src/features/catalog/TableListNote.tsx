import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Notice } from '@/components';
import { m, visible } from '@/i18n';
import { folderName } from '../runs/folder/path';
import { previewQuery } from '../runs/sheet/queries';
import { useDraft } from './draft/DraftContext';
import { isObject, type View, type ViewObject } from './draft/edits';

/** The action that reads a list of tables. */
const READS = 'table_list.read';

/** What comes next for a workflow that begins with a list of tables and has not run yet. */
export function TableListNote({ workflow }: { workflow: string }) {
  const navigate = useNavigate();
  const { view } = useDraft();
  const { data } = useQuery({ ...previewQuery(workflow, {}), enabled: readings(view).length > 0 });
  const folder = data?.folder;
  const reading = data?.tasks.find(({ action, place }) => action === READS && place === 1);
  if (!reading || !folder || folder.trouble) return null;
  const lacking = reading.no_input;
  // Once it ran, its list is a matter of its folder.
  if (!lacking && (data.expected !== undefined || !isKnown(view))) return null;
  const isStopped = data.problems.length > 0 || data.trust.needed || folder.held_by !== undefined;
  const there = isStopped ? m.table_list_there : m.table_list_ready;
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
        : there({ folder: name })}
    </Notice>
  );
}

function readings(view: View): ViewObject[] {
  const tasks = isObject(view) && Array.isArray(view.tasks) ? view.tasks : [];
  return tasks.filter((task) => isObject(task) && task.action === READS);
}

/** Whether it can be seen that a list is there: not where an expression gives its place, or it lies deeper. */
function isKnown(view: View): boolean {
  return readings(view).every(({ params }) => {
    const path = isObject(params) ? params.path : undefined;
    return path == null || (typeof path === 'string' && !/\$\{|[\\/]/.test(path));
  });
}
