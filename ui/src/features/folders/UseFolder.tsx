import { useState } from 'react';
import { PlaceLine } from '@/components';
import { m, visible } from '@/i18n';
import type { PickedPlace } from '@/ipc';
import { useCommand } from '../command';
import { pickFolder } from './pick';
import { WorkflowFolderDialog } from './WorkflowFolderDialog';

interface Props {
  /** The folder that was chosen. */
  place: PickedPlace;
  onClose: () => void;
}

/** A folder that is there already, as an earlier tool leaves one: for which workflow's runs it is. */
export function UseFolder({ place: first, onClose }: Props) {
  const [place, setPlace] = useState(first);
  const adopt = useCommand('folder_adopt', ['folder', 'operation']);
  const change = async () => {
    const other = await pickFolder(m.task_folder_use_pick());
    if (!other) return;
    setPlace(other);
    adopt.reset();
  };
  return (
    <WorkflowFolderDialog
      title={m.task_folder_use_title()}
      subtitle={m.task_folder_use_words()}
      verb={m.task_folder_adopt()}
      verbTestid="folder-adopt"
      making={adopt}
      onMake={(workflow, for_runs, made) =>
        adopt.mutate({ workflow, for_runs, path: { picked: place.token } }, { onSuccess: made })
      }
      onClose={onClose}
      data-testid="dialog-folder-use"
      above={
        <PlaceLine
          place={visible(place.label)}
          onChange={() => void change()}
          data-testid="folder-other"
        />
      }
    />
  );
}
