import { Choice } from '@/components';
import { listed, m, visible } from '@/i18n';
import type { RunPreview } from '@/ipc';
import { folderName } from '../folder/path';
import styles from './RunSheet.module.css';

/** So many of the other workflows are named. */
const NAMED = 3;

/** No task folder: one of the run's own. */
const OWN = '';

interface Props {
  data: RunPreview;
  /** Its id; what the workflow says while nobody has chosen. */
  folder: string | undefined;
  onFolder: (folder: string | undefined) => void;
}

/** In which of its task folders it works. A workflow that has none offers nothing. */
export function FolderChoice({ data, folder, onFolder }: Props) {
  const known = [...data.folders];
  // Its definition may name the folder of another workflow.
  if (data.folder && !known.some(({ id }) => id === data.folder?.id)) known.push(data.folder);
  if (known.length === 0) return null;
  const own = data.names_folder ? [] : [{ value: OWN, label: m.run_folder_own() }];
  const options = known.map(({ id, path }) => ({
    value: id,
    label: visible(folderName(path)),
    detail: visible(path),
  }));
  const others = data.folder?.others.map(({ name }) => visible(name)) ?? [];
  const also = data.folder?.archives ? m.run_folder_also : m.run_folder_also_kept;
  return (
    <div className={styles.folder}>
      <Choice
        label={m.run_folder()}
        options={[...own, ...options]}
        value={folder ?? data.folder?.id ?? (data.names_folder ? null : OWN)}
        onChange={(next) => onFolder(next === OWN ? undefined : next)}
        data-testid="run-folder"
      />
      {others.length > 0 && (
        <small className={styles.also} data-testid="run-folder-also">
          {also({ names: listed(others, NAMED) })}
        </small>
      )}
    </div>
  );
}
