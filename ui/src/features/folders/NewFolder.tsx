import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Icon, Spring } from '@/components';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import type { PickedPlace } from '@/ipc';
import { useCommand } from '../command';
import { WorkflowPick } from '../runs/WorkflowPick';
import styles from './FolderDialog.module.css';
import { pickFolder } from './pick';
import { useMade } from './useMade';

interface Props {
  onClose: () => void;
}

/** A new folder for a workflow's runs: which workflow, and in which folder it is made. */
export function NewFolder({ onClose }: Props) {
  const [workflow, setWorkflow] = useState<string>();
  const [root, setRoot] = useState<PickedPlace | null>(null);
  const create = useCommand('folder_create', ['folder', 'operation']);
  const made = useMade();
  const start = () => {
    if (workflow === undefined || create.isPending) return;
    const into = root ? { root: { picked: root.token } } : {};
    create.mutate({ workflow, ...into }, { onSuccess: made });
  };
  const change = async () => {
    const place = await pickFolder(m.task_folder_root_pick());
    if (place) setRoot(place);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.task_folder_new_title()}
      subtitle={m.task_folder_new_words()}
      onEnter={start}
      data-testid="dialog-folder-new"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={start}
            isDisabled={workflow === undefined || create.isPending}
            data-testid="folder-create"
          >
            {m.task_folder_create()}
          </Button>
        </>
      }
    >
      <div className={styles.field}>
        <span className={fields.label}>{m.task_folder_for()}</span>
        <WorkflowPick value={workflow} onChange={setWorkflow} />
      </div>
      <div className={styles.field}>
        <span className={fields.label}>{m.task_folder_root()}</span>
        <div className={styles.place}>
          <Icon name="folder" />
          <span className={styles.path} data-selectable>
            {root ? visible(root.label) : m.task_folder_root_own()}
          </span>
          <Button onPress={() => void change()} data-testid="folder-root">
            {m.change()}
          </Button>
        </div>
      </div>
      {create.error && <ErrorNotice error={create.error} />}
    </Dialog>
  );
}
