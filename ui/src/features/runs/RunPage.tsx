import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Chip, Empty, ErrorNotice, Notice, Page, Segments } from '@/components';
import type { Usual } from '@/components/timeline';
import { begun, counted, dated, m, say, took, visible } from '@/i18n';
import { CallError } from '@/ipc';
import { documentLink } from '../catalog/kinds';
import { documentQuery } from '../catalog/queries';
import { SecretsCard } from '../connections/SecretsCard';
import { Configuration, ForgottenSession, NoConfiguration } from './Configuration';
import { runName } from './columns';
import { DataTab } from './data/DataTab';
import { DefinitionTab } from './data/DefinitionTab';
import { RelatedTab } from './data/RelatedTab';
import { Hindered } from './folder/Hindered';
import { folderName } from './folder/path';
import { RunGraph } from './graph/RunGraph';
import { named } from './named';
import { lengthSoFar, paceOfRun, useNow } from './now';
import { runOverviewQuery, type ShownRun, useRun } from './queries';
import { Questions } from './question/Questions';
import { RunActions } from './RunActions';
import { RunMessages } from './RunMessages';
import styles from './RunPage.module.css';
import { isFinal, StatusChip } from './status';
import { countsOf } from './timeline/counts';
import { RunTimeline } from './timeline/RunTimeline';
import { Strip } from './timeline/Strip';
import type { RunSearch } from './timeline/search';
import { runStepsQuery, usualRun } from './timeline/usual';

/** One run, as it is now. */
export function RunPage() {
  const { id } = useParams({ from: '/runs/$id' });
  const navigate = useNavigate();
  const shown = useRun(id);
  if (shown.error && CallError.from(shown.error).code === 'run_unknown') {
    return (
      <Page title={m.run_one()} body="fill">
        <Empty
          icon="runs"
          title={m.run_gone()}
          actions={<Button onPress={() => void navigate({ to: '/runs' })}>{m.nav_runs()}</Button>}
        >
          {m.run_gone_hint()}
        </Empty>
      </Page>
    );
  }
  if (!shown.run) {
    return (
      <Page title="">
        {shown.error && <ErrorNotice error={shown.error} onRetry={shown.refetch} />}
      </Page>
    );
  }
  return <OpenRun key={id} run={shown.run} />;
}

function OpenRun({ run }: { run: ShownRun }) {
  const search = useSearch({ from: '/runs/$id' });
  const { tab, task } = search;
  const navigate = useNavigate();
  const definition = useQuery(runStepsQuery(run.id));
  const steps = definition.data;
  const go = (next: RunSearch) =>
    void navigate({ to: '/runs/$id', params: { id: run.id }, search: next, replace: true });
  const views = (
    <Segments
      label={m.view_choice()}
      value={tab ?? 'timeline'}
      onChange={(next) =>
        go({
          ...search,
          // Timeline and graph have the same task open; messages are those of all.
          task: showsTasks(tab) && showsTasks(next) ? task : undefined,
          tab: next === 'timeline' ? undefined : next,
        })
      }
      options={[
        { value: 'timeline', label: m.run_timeline(), testid: 'tab-tasks' },
        { value: 'graph', label: m.run_graph(), testid: 'tab-graph' },
        { value: 'messages', label: m.run_messages(), testid: 'tab-messages' },
        { value: 'data', label: m.run_data(), testid: 'tab-data' },
        { value: 'definition', label: m.run_definition(), testid: 'tab-definition' },
        { value: 'related', label: m.run_related(), testid: 'tab-related' },
      ]}
    />
  );
  return (
    <Page
      body="fill"
      crumb={
        <>
          <Link to="/runs">{m.nav_runs()}</Link>
          {run.workflow_id !== null && (
            <>
              {' › '}
              <Link to="/runs" search={{ workflow: run.workflow_id }}>
                {visible(run.workflow_name)}
              </Link>
            </>
          )}
        </>
      }
      title={m.run_title({ name: runName(run), when: dated(run.start_time) })}
      marks={
        <>
          <span data-testid="run-status">
            <StatusChip status={run.status} noted={run.noted} />
          </span>
          {run.ending && !isFinal(run.status) && <Chip>{m.run_is_ending()}</Chip>}
        </>
      }
      subtitle={<Subtitle run={run} usual={usualRun(steps)} />}
      end={<RunActions run={run} />}
    >
      <Hindered run={run} />
      <ForgottenSession run={run} />
      <Warnings run={run} />
      <Secrets run={run} />
      <Questions run={run} />
      <Strip run={run} steps={steps} />
      {tab === undefined ? (
        <RunTimeline
          run={run}
          steps={steps}
          search={search}
          onSearch={go}
          onMessages={(of) => go({ ...search, tab: 'messages', task: of })}
          views={views}
        />
      ) : tab === 'graph' ? (
        <RunGraph
          run={run}
          steps={steps}
          error={definition.error}
          onRetry={() => void definition.refetch()}
          search={search}
          onSearch={go}
          onMessages={(of) => go({ ...search, tab: 'messages', task: of })}
          views={views}
        />
      ) : (
        <div className={styles.bar}>
          {views}
          <span className={styles.counts}>{countsOf(run)}</span>
        </div>
      )}
      {tab === 'messages' && (
        <RunMessages run={run} task={task} onTask={(next) => go({ ...search, task: next })} />
      )}
      {tab === 'data' && <DataTab run={run} />}
      {tab === 'definition' && <DefinitionTab run={run} />}
      {tab === 'related' && <RelatedTab run={run} began={starter(run)} />}
    </Page>
  );
}

/** Whether a way to look at a run shows its tasks, with one of them open. */
function showsTasks(tab: string | undefined): boolean {
  return tab === undefined || tab === 'timeline' || tab === 'graph';
}

/** How long it took, who wanted it, with which revision. */
function Subtitle({ run, usual }: { run: ShownRun; usual: Usual | undefined }) {
  const ended = isFinal(run.status);
  const now = useNow(paceOfRun(run));
  const workflow = useQuery({
    ...documentQuery('workflow', run.workflow_id ?? ''),
    enabled: run.workflow_id !== null,
  });
  const current = workflow.data?.row.revision;
  const length = lengthSoFar(run, now);
  const time = ended ? m.run_took({ length }) : m.run_since({ length });
  return (
    <>
      {run.status === 'queued' ? m.run_not_begun() : time}
      {usual && ` · ${m.run_usually({ length: took(usual.median) })}`}
      {' · '}
      {starter(run)}
      {run.imported && ` · ${m.run_imported()}`}
      {run.revision !== null && run.workflow_id !== null && (
        <>
          {' · '}
          <Link {...documentLink('workflow', run.workflow_id)}>
            {current !== undefined && current !== run.revision
              ? m.run_revision_then({ number: run.revision, current })
              : m.revision_number({ number: run.revision })}
          </Link>
        </>
      )}
      {run.folder?.path && (
        <>
          {' · '}
          <Link
            to="/task-folders/$id"
            params={{ id: run.folder.id }}
            title={visible(run.folder.path)}
            data-testid="run-task-folder"
          >
            {m.run_in_folder({ folder: visible(folderName(run.folder.path)) })}
          </Link>
        </>
      )}
      {run.parent && (
        <>
          {' · '}
          <Link to="/runs/$id" params={{ id: run.parent }}>
            {m.run_part_of()}
          </Link>
        </>
      )}
      {run.repeats && (
        <>
          {' · '}
          <Link to="/runs/$id" params={{ id: run.repeats }}>
            {m.run_repeats()}
          </Link>
        </>
      )}
      {run.session !== undefined && (
        <Configuration session={run.session} isHeld={run.status === 'paused'} />
      )}
      {run.session === undefined && <NoConfiguration run={run} />}
    </>
  );
}

function starter({ due, event, started_by }: ShownRun): string {
  if (due !== undefined) return m.run_by_schedule();
  if (event !== undefined) return m.run_by_event({ event: visible(event) });
  return m.run_by({ name: visible(started_by) });
}

/** What its tasks wait for that cannot be read, with the step that helps. */
function Secrets({ run }: { run: ShownRun }) {
  const awaited = new Set(run.tasks.flatMap(({ secret }) => secret ?? []));
  const { data } = useQuery({ ...runOverviewQuery(), enabled: awaited.size > 0 });
  const locked = data?.locked.filter(({ secret }) => awaited.has(secret)) ?? [];
  return locked.length > 0 && <SecretsCard locked={locked} />;
}

/** To where it is decided with which configuration a run goes on that waits for that. */
function DecideLink({ run, session }: { run: ShownRun; session: string }) {
  const navigate = useNavigate();
  const waits = run.warnings.some(({ code }) => UNDECIDED.has(code));
  if (!waits || run.status !== 'paused') return null;
  return (
    <Button
      onPress={() =>
        void navigate({
          to: '/sessions/{-$id}',
          params: { id: session },
          search: { tab: 'recover' },
        })
      }
      data-testid="run-decide"
    >
      {m.session_decide()}
    </Button>
  );
}

/** What is told of a run that waits until somebody says with which configuration it goes on. */
const UNDECIDED = new Set([
  'run_configuration_kept_too_late',
  'run_configuration_differs',
  'run_configuration_not_seen',
]);

function Warnings({ run }: { run: ShownRun }) {
  const names = new Map(run.tasks.map((task) => [task.id, task.name]));
  // What it waits for is told with the step that helps.
  const elsewhere = ['run_secret_locked', 'run_password_locked'];
  // What kept it from beginning names the files.
  if (run.hindered) elsewhere.push('run_archive_failed_file');
  const open = run.warnings.filter(({ code }) => !elsewhere.includes(code));
  const told = [...new Set(open.map((warning) => say(named(warning, names))))];
  if (told.length === 0) return null;
  return (
    <Notice
      tone="warn"
      icon="warn"
      data-testid="run-warnings"
      end={run.session !== undefined && <DecideLink run={run} session={run.session} />}
    >
      {told.slice(0, 3).map((sentence) => (
        <p key={sentence}>{begun(visible(sentence))}</p>
      ))}
      {told.length > 3 && <p>{counted('run_more_warnings', told.length - 3)}</p>}
    </Notice>
  );
}
