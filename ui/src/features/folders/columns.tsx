import { useQuery } from '@tanstack/react-query';
import { Chip, type Column, Icon, Time } from '@/components';
import { bytes, counted, listed, m, number, sayError, visible } from '@/i18n';
import { CallError, type FolderRow } from '@/ipc';
import { runQuery } from '../runs/queries';
import { StatusMark } from '../runs/status';
import styles from './FoldersPage.module.css';

/** So many of the other workflows stand in a line. */
const NAMED = 2;

/** What a list of task folders tells of each. */
export function folderColumns(): Column<FolderRow>[] {
  return [
    {
      key: 'name',
      title: m.column_name(),
      width: 'minmax(0, 2.2fr)',
      cell: (row) => (
        <span className={styles.name}>
          <Icon name="folder" />
          <span className={styles.words}>
            <b title={visible(row.name)}>{visible(row.name)}</b>
            <small title={visible(row.path)}>{visible(row.path)}</small>
          </span>
          <FolderState row={row} />
        </span>
      ),
    },
    {
      key: 'workflow',
      title: m.run_column_workflow(),
      width: 'minmax(0, 1.2fr)',
      place: 'spare',
      cell: (row) => <Workflow row={row} />,
    },
    {
      key: 'content',
      title: m.task_folder_column_now(),
      width: '132px',
      cell: (row) => (
        <span className={styles.quiet}>
          {!row.problem && (
            <>
              {counted('n_files', row.file_count)}
              {row.file_count > 0 && <small>{bytes(row.bytes)}</small>}
            </>
          )}
        </span>
      ),
    },
    {
      key: 'run',
      title: m.task_folder_column_run(),
      width: '158px',
      cell: ({ last_run }) => <LastRun id={last_run} />,
    },
    {
      key: 'archives',
      title: m.task_folder_archives(),
      width: '92px',
      align: 'end',
      cell: (row) => <span className={styles.quiet}>{!row.problem && number(row.archives)}</span>,
    },
  ];
}

function Workflow({ row }: { row: FolderRow }) {
  const { workflow_id, workflow_name } = row;
  const others = othersOf(row).workflows.map(({ name }) => visible(name));
  const also = [
    workflow_name === undefined && m.task_folder_workflow_deleted(),
    others.length > 0 && m.task_folder_also({ names: listed(others, NAMED) }),
  ].filter(Boolean);
  return (
    <span className={styles.quiet}>
      {visible(workflow_name ?? workflow_id)}
      {also.length > 0 && <small title={also.join(' · ')}>{also.join(' · ')}</small>}
    </span>
  );
}

/** The workflows that name a folder beside the one it is for: their runs work in it, too. */
export function othersOf({ named_by, workflow_id }: Pick<FolderRow, 'named_by' | 'workflow_id'>) {
  return { ...named_by, workflows: named_by.workflows.filter(({ id }) => id !== workflow_id) };
}

/** What is to be known of a folder before anything is done with it. */
export function FolderState({ row }: { row: Pick<FolderRow, 'problem' | 'held_by'> }) {
  if (row.problem)
    return (
      <Chip tone="fail" icon="warn" title={visible(sayError(CallError.from(row.problem)))}>
        {m.task_folder_gone()}
      </Chip>
    );
  if (row.held_by)
    return (
      <Chip tone="run" icon="play">
        {m.task_folder_in_use()}
      </Chip>
    );
  return null;
}

/** How the last run in a folder ended, or that it goes on. */
function LastRun({ id }: { id: string | undefined }) {
  const { data } = useQuery({ ...runQuery(id ?? ''), enabled: id !== undefined });
  if (id === undefined) return <span className={styles.run}>{m.task_folder_no_run()}</span>;
  return (
    <span className={styles.run}>
      {data && (
        <>
          <StatusMark status={data.status} noted={data.noted} />
          <Time at={data.start_time} />
        </>
      )}
    </span>
  );
}
