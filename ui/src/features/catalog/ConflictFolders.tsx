import { useQuery } from '@tanstack/react-query';
import { m, visible } from '@/i18n';
import { foldersQuery } from '../folders/queries';
import { isObject, type View } from './draft/edits';

interface Props {
  mine: { view: View };
  theirs: { view: View };
}

/** Which task folder each side names, where they differ: the text has an id alone. */
export function ConflictFolders({ mine, theirs }: Props) {
  const [own, other] = [named(mine.view), named(theirs.view)];
  const isAsked = own !== other;
  const folders = useQuery({ ...foldersQuery(), enabled: isAsked }).data;
  if (!isAsked || !folders) return null;
  const told = (name: string | undefined) => {
    if (name === undefined) return m.conflict_folder_none();
    const known = folders.find((one) => [one.id, one.path, one.name].includes(name));
    return known ? visible(known.path) : m.conflict_folder_unknown({ name: visible(name) });
  };
  return (
    <ul data-testid="conflict-folders">
      <li>{m.conflict_folder_mine({ folder: told(own) })}</li>
      <li>{m.conflict_folder_theirs({ folder: told(other) })}</li>
    </ul>
  );
}

function named(view: View): string | undefined {
  const folder = isObject(view) ? (view.taskFolder ?? view.task_folder) : undefined;
  return typeof folder === 'string' && folder !== '' ? folder : undefined;
}
