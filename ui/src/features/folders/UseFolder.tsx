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
  /** The folder that was chosen. */
  place: PickedPlace;
  onClose: () => void;
}

/** A folder that is there already, as an earlier tool leaves one: for which workflow's runs it is. */
export function UseFolder({ place: first, onClose }: Props) {
  const [place, setPlace] = useState(first);
  const [workflow, setWorkflow] = useState<string>();
  const adopt = useCommand('folder_adopt', ['folder', 'operation']);
  const made = useMade();
  const start = () => {
    if (workflow === undefined || adopt.isPending) return;
    adopt.mutate({ workflow, path: { picked: place.token } }, { onSuccess: made });
  };
  const change = async () => {
    const other = await pickFolder(m.task_folder_use_pick());
    if (!other) return;
    setPlace(other);
    adopt.reset();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.task_folder_use_title()}
      subtitle={m.task_folder_use_words()}
      onEnter={start}
      data-testid="dialog-folder-use"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={start}
            isDisabled={workflow === undefined || adopt.isPending}
            data-testid="folder-adopt"
          >
            {m.task_folder_adopt()}
          </Button>
        </>
      }
    >
      <div className={styles.place}>
        <Icon name="folder" />
        <span className={styles.path} data-selectable>
          {visible(place.label)}
        </span>
        <Button onPress={() => void change()} data-testid="folder-other">
          {m.change()}
        </Button>
      </div>
      <div className={styles.field}>
        <span className={fields.label}>{m.task_folder_for()}</span>
        <WorkflowPick value={workflow} onChange={setWorkflow} />
      </div>
      {adopt.error && <ErrorNotice error={adopt.error} />}
    </Dialog>
  );
}
