import { useState } from 'react';
import { PlaceLine } from '@/components';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import type { PickedPlace } from '@/ipc';
import { useCommand } from '../command';
import styles from './FolderDialog.module.css';
import { pickFolder } from './pick';
import { WorkflowFolderDialog } from './WorkflowFolderDialog';

interface Props {
  onClose: () => void;
}

/** A new folder for a workflow's runs: which workflow, and in which folder it is made. */
export function NewFolder({ onClose }: Props) {
  const [root, setRoot] = useState<PickedPlace | null>(null);
  const create = useCommand('folder_create', ['folder', 'operation']);
  const change = async () => {
    const place = await pickFolder(m.task_folder_root_pick());
    if (place) setRoot(place);
  };
  return (
    <WorkflowFolderDialog
      title={m.task_folder_new_title()}
      subtitle={m.task_folder_new_words()}
      verb={m.task_folder_create()}
      verbTestid="folder-create"
      making={create}
      onMake={(workflow, for_runs, made) => {
        const into = root ? { root: { picked: root.token } } : {};
        create.mutate({ workflow, for_runs, ...into }, { onSuccess: made });
      }}
      onClose={onClose}
      data-testid="dialog-folder-new"
      below={
        <div className={styles.field}>
          <span className={fields.label}>{m.task_folder_root()}</span>
          <PlaceLine
            place={root ? visible(root.label) : m.task_folder_root_own()}
            onChange={() => void change()}
            data-testid="folder-root"
          />
        </div>
      }
    />
  );
}
