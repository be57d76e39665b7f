import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Spring } from '@/components';
import fields from '@/components/fields.module.css';
import { m } from '@/i18n';
import type { CallError, FolderMade } from '@/ipc';
import { WorkflowPick } from '../runs/WorkflowPick';
import styles from './FolderDialog.module.css';
import { useMade } from './useMade';

interface Props {
  title: string;
  subtitle: string;
  /** What the button says that does it. */
  verb: string;
  making: { isPending: boolean; error: CallError | null };
  /** Has it done for this workflow. */
  onMake: (workflow: string, made: (folder: FolderMade) => void) => void;
  onClose: () => void;
  /** Where the folder is: before the workflow, or after it. */
  above?: ReactNode;
  below?: ReactNode;
  'data-testid': string;
  verbTestid: string;
}

/** A folder that is to be known from now on, and for which workflow's runs. */
export function WorkflowFolderDialog({
  making,
  onMake,
  onClose,
  verb,
  verbTestid,
  ...rest
}: Props) {
  const { title, subtitle, above, below } = rest;
  const [workflow, setWorkflow] = useState<string>();
  const made = useMade();
  const start = () => {
    if (workflow !== undefined && !making.isPending) onMake(workflow, made);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={title}
      subtitle={subtitle}
      onEnter={start}
      data-testid={rest['data-testid']}
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={start}
            isDisabled={workflow === undefined || making.isPending}
            data-testid={verbTestid}
          >
            {verb}
          </Button>
        </>
      }
    >
      {above}
      <div className={styles.field}>
        <span className={fields.label}>{m.task_folder_for()}</span>
        <WorkflowPick value={workflow} onChange={setWorkflow} />
      </div>
      {below}
      {making.error && <ErrorNotice error={making.error} />}
    </Dialog>
  );
}
