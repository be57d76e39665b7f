import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState, useSyncExternalStore } from 'react';
import { Button, Dialog, ErrorNotice, Notice, Spring, Tick } from '@/components';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import type { CallError, FolderMade, FolderRow } from '@/ipc';
import { unsavedDrafts, watchUnsaved } from '../catalog/draft/drafts';
import { isObject } from '../catalog/draft/edits';
import { documentQuery } from '../catalog/queries';
import { WorkflowPick } from '../runs/WorkflowPick';
import styles from './FolderDialog.module.css';
import { foldersQuery } from './queries';
import { useMade } from './useMade';

interface Props {
  title: string;
  subtitle: string;
  /** What the button says that does it. */
  verb: string;
  making: { isPending: boolean; error: CallError | null };
  /** Has it done for this workflow. */
  onMake: (workflow: string, for_runs: boolean, made: (folder: FolderMade) => void) => void;
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
  const [ticked, setTicked] = useState<boolean>();
  const works = useWorksElsewhere(workflow);
  // Whoever has a folder already keeps it unless somebody says otherwise.
  const draft = useUnsaved(workflow);
  const isForRuns = !draft && (ticked ?? !works);
  const made = useMade();
  const start = () => {
    if (workflow !== undefined && !making.isPending) onMake(workflow, isForRuns, made);
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
      <Tick
        state={isForRuns}
        onChange={setTicked}
        isDisabled={draft !== undefined}
        data-testid="folder-for-runs"
      >
        {works ? m.task_folder_for_runs_instead() : m.task_folder_for_runs()}
      </Tick>
      {draft && (
        <Notice tone="warn" icon="info" data-testid="folder-draft">
          {m.task_folder_for_runs_draft({ name: draft })}
        </Notice>
      )}
      {below}
      {making.error && <ErrorNotice error={making.error} />}
    </Dialog>
  );
}

/** What a workflow is called in which something is written and not saved: it is not changed behind that. */
function useUnsaved(workflow: string | undefined): string | undefined {
  const unsaved = useSyncExternalStore(watchUnsaved, unsavedDrafts);
  const isUnsaved = unsaved.some(({ kind, id }) => kind === 'workflow' && id === workflow);
  const shown = useQuery({ ...documentQuery('workflow', workflow ?? ''), enabled: isUnsaved });
  return isUnsaved ? visible(shown.data?.row.name ?? workflow ?? '') : undefined;
}

/** Whether a workflow names a folder for its runs already, and one that is known. */
function useWorksElsewhere(workflow: string | undefined): boolean {
  const shown = useQuery({
    ...documentQuery('workflow', workflow ?? ''),
    enabled: workflow !== undefined,
  });
  const known = useQuery(foldersQuery());
  const view = shown.data?.view;
  const named = isObject(view) ? (view.taskFolder ?? view.task_folder) : undefined;
  if (named === undefined) return false;
  const isNamed = ({ id, path, name }: FolderRow) => [id, path, name].some((own) => own === named);
  return known.data?.some(isNamed) ?? true;
}
