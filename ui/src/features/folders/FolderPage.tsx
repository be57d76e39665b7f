import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Chip, Empty, ErrorNotice, Page, Segments } from '@/components';
import { bytes, counted, m, visible } from '@/i18n';
import { CallError, type FolderShow, type PickedPlace, shell } from '@/ipc';
import { documentLink } from '../catalog/kinds';
import { tellFailure } from '../command';
import { UsingWorkflows } from '../connections/UsedBy';
import { runName } from '../runs/columns';
import { runQuery } from '../runs/queries';
import runStyles from '../runs/RunPage.module.css';
import { ArchiveDialog } from './ArchiveDialog';
import { ArchivesTab } from './ArchivesTab';
import { ArchiveWork } from './ArchiveWork';
import { othersOf } from './columns';
import { FilesTab } from './FilesTab';
import { ForgetFolder } from './ForgetFolder';
import { toArchive } from './files';
import { PutBackWork } from './PutBackWork';
import { pickTableList, useTableListDrop } from './pick';
import { folderQuery, foldersQuery } from './queries';
import { SettingsTab } from './SettingsTab';
import { TableListDialog } from './TableListDialog';
import type { FolderTab } from './tabs';
import { useIsBusy } from './work';

/** One task folder: its files now, what was archived, and what its owner wants of it. */
export function FolderPage() {
  const { id } = useParams({ from: '/task-folders/$id' });
  const navigate = useNavigate();
  const shown = useQuery(folderQuery(id));
  const error = shown.error && CallError.from(shown.error);
  if (error?.code === 'folder_unknown') {
    const { folder, id: known } = error.fields;
    return (
      <Page title={m.task_folder_one()} body="fill">
        <Empty
          icon="folder"
          title={m.task_folder_unknown()}
          actions={
            <Button onPress={() => void navigate({ to: '/task-folders' })}>
              {m.nav_task_folders()}
            </Button>
          }
        >
          {known !== undefined && <span data-selectable>{visible(folder ?? '')}</span>}
        </Empty>
      </Page>
    );
  }
  if (!shown.data) return <NotShown id={id} error={error} onRetry={() => void shown.refetch()} />;
  return <OpenFolder key={id} folder={shown.data} />;
}

interface NotShownProps {
  id: string;
  error: Error | null;
  onRetry: () => void;
}

/** A folder that is not there now: where it should be, and why it cannot be looked at. */
function NotShown({ id, error, onRetry }: NotShownProps) {
  const row = useQuery({ ...foldersQuery(), enabled: error !== null }).data?.find(
    (folder) => folder.id === id,
  );
  const [isLeaving, setIsLeaving] = useState(false);
  return (
    <Page
      crumb={<Link to="/task-folders">{m.nav_task_folders()}</Link>}
      title={row ? visible(row.name) : ''}
      subtitle={row && <span data-selectable>{visible(row.path)}</span>}
      end={
        row && (
          <Button onPress={() => setIsLeaving(true)} data-testid="folder-forget">
            {m.task_folder_forget()}
          </Button>
        )
      }
    >
      {error && <ErrorNotice error={error} onRetry={onRetry} />}
      {row && isLeaving && <ForgetFolder folder={row} onClose={() => setIsLeaving(false)} />}
    </Page>
  );
}

/** What is asked before it is done. */
type Asked = { what: 'archive' } | { what: 'list'; from: PickedPlace };

function OpenFolder({ folder }: { folder: FolderShow }) {
  const { id } = folder;
  const { tab = 'files', archive } = useSearch({ from: '/task-folders/$id' });
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const isBusy = useIsBusy(id);
  const go = (search: { tab?: FolderTab; archive?: string }) =>
    void navigate({ to: '/task-folders/$id', params: { id }, search, replace: true });
  const offerList = (from: PickedPlace) => setAsked({ what: 'list', from });
  useTableListDrop(offerList);
  const chooseList = async () => {
    const from = await pickTableList();
    if (from) offerList(from);
  };
  return (
    <Page
      body="fill"
      crumb={<Link to="/task-folders">{m.nav_task_folders()}</Link>}
      title={visible(folder.name)}
      marks={folder.held_by !== undefined && <InUse run={folder.held_by} />}
      subtitle={<Subtitle folder={folder} />}
      end={
        <>
          <Button
            icon="folder"
            onPress={() => void shell.open_task_folder({ id }).catch(tellFailure)}
            data-testid="folder-open"
          >
            {m.open_folder()}
          </Button>
          <Button
            look="primary"
            icon="box"
            isDisabled={isBusy || folder.held_by !== undefined || toArchive(folder).length === 0}
            onPress={() => setAsked({ what: 'archive' })}
            data-testid="folder-archive"
          >
            {m.task_folder_archive_now()}
          </Button>
        </>
      }
    >
      <ArchiveWork folder={folder} onOpen={(made) => go({ tab: 'archives', archive: made })} />
      <PutBackWork folder={folder} />
      <div className={runStyles.bar}>
        <Segments
          label={m.view_choice()}
          value={tab}
          onChange={(next) => go({ tab: next })}
          options={[
            { value: 'files', label: m.task_folder_now(), testid: 'tab-files' },
            { value: 'archives', label: m.task_folder_archives(), testid: 'tab-archives' },
            { value: 'settings', label: m.task_folder_settings(), testid: 'tab-settings' },
          ]}
        />
      </div>
      {tab === 'files' && <FilesTab folder={folder} onTableList={() => void chooseList()} />}
      {tab === 'archives' && (
        <ArchivesTab folder={folder} open={archive} onOpen={(next) => go({ tab, archive: next })} />
      )}
      {tab === 'settings' && <SettingsTab folder={folder} />}
      {asked?.what === 'archive' && (
        <ArchiveDialog folder={folder} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'list' && (
        <TableListDialog folder={folder} from={asked.from} onClose={() => setAsked(null)} />
      )}
    </Page>
  );
}

function InUse({ run }: { run: string }) {
  const { data } = useQuery(runQuery(run));
  return (
    <Link to="/runs/$id" params={{ id: run }} data-testid="folder-held">
      <Chip tone="run" icon="play">
        {data ? m.task_folder_held_by({ name: runName(data) }) : m.task_folder_in_use()}
      </Chip>
    </Link>
  );
}

/** Whose it is, where it is and what it holds. */
function Subtitle({ folder }: { folder: FolderShow }) {
  const { workflow_id, workflow_name, path, files } = folder;
  const others = othersOf(folder);
  return (
    <>
      {workflow_name === undefined ? (
        m.task_folder_workflow_gone({ name: visible(workflow_id) })
      ) : (
        <Link {...documentLink('workflow', workflow_id)}>{visible(workflow_name)}</Link>
      )}
      {' · '}
      <span data-selectable>{visible(path)}</span>
      {` · ${counted('n_files', files.length)}`}
      {files.length > 0 && ` · ${bytes(folder.bytes)}`}
      {others.workflows.length > 0 && (
        <span data-testid="folder-others">
          {' · '}
          {m.task_folder_also_label()} <UsingWorkflows uses={others} />
        </span>
      )}
    </>
  );
}
