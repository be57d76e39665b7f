import { useQuery } from '@tanstack/react-query';
import { type Column, Marked, Time } from '@/components';
import { begun, counted, label, m, say, visible } from '@/i18n';
import type { RunHit, RunRow } from '@/ipc';
import { actionWords } from '../catalog/forms/actions';
import { lengthSoFar } from './now';
import { taskNameQuery } from './queries';
import styles from './RunsPage.module.css';
import { isFinal, StatusChip } from './status';
import { type ColumnKey, USUAL } from './views/views';

/** What a run is called: its workflow, or the one operation it is. */
export function runName(run: Pick<RunRow, 'workflow_id' | 'workflow_name'>): string {
  return run.workflow_id === null ? actionWords(run.workflow_name) : visible(run.workflow_name);
}

/** Why a run failed, or what it warned of although it succeeded, on a line of its own. */
function Told({ run: { failed, noted } }: { run: RunRow }) {
  const told = failed?.error ?? noted?.warning;
  if (!told) return null;
  const first = begun(visible(say(told)));
  const more = (noted?.count ?? 1) - 1;
  const words = more > 0 ? `${first} · ${moreWords(more)}` : first;
  return (
    <small className={styles.reason} title={words}>
      {words}
    </small>
  );
}

/** The text in which a run was found, with the words marked; else why it failed. */
function Found({ run, words }: { run: RunRow; words: string }) {
  const hit = run.hits?.find((hit) => hit.place !== 'input') ?? run.hits?.[0];
  if (!hit || !words) return <Told run={run} />;
  const text = hitWords(hit);
  return (
    <small className={styles.reason} title={text} data-testid="run-hit">
      <HitPlace run={run.id} hit={hit} />
      {': '}
      <Marked text={text} words={words} />
    </small>
  );
}

function hitWords({ text }: RunHit): string {
  return typeof text === 'string' ? visible(text) : begun(visible(say(text)));
}

/** In which text of which task; the task is named once its name is known, or by its id where that cannot be told. */
function HitPlace({ run, hit: { place, task } }: { run: string; hit: RunHit }) {
  const asked = useQuery({ ...taskNameQuery(run, task ?? ''), enabled: task !== undefined });
  const name = asked.data ?? (asked.error ? task : undefined);
  const where = label('run_hit', place);
  return name ? m.run_hit_of_task({ place: where, task: visible(name) }) : where;
}

/** As many as are counted of a run's warnings; there may be more. */
const MOST = 99;

function moreWords(more: number): string {
  return more < MOST ? counted('run_more_warnings', more) : m.run_many_warnings({ count: MOST });
}

/**
 * What a list tells of each run: of all workflows, or of one; of those that words found, where; and what
 * else was chosen.
 */
export function runColumns(
  now: Date,
  of: 'all' | 'one' = 'all',
  words = '',
  chosen: readonly ColumnKey[] = USUAL,
): Column<RunRow>[] {
  const failure: Column<RunRow> = {
    key: 'failure',
    title: m.run_column_failure(),
    width: 'minmax(0, 2.4fr)',
    cell: (run) => <Told run={run} />,
  };
  const workflow: Column<RunRow> = {
    key: 'workflow',
    title: m.run_column_workflow(),
    width: 'minmax(0, 2.4fr)',
    cell: (run) => (
      <span className={styles.name}>
        <b title={runName(run)}>{runName(run)}</b>
        <Found run={run} words={words} />
      </span>
    ),
  };
  const further: Record<ColumnKey, Column<RunRow>> = {
    actor: {
      key: 'actor',
      title: m.run_column_by(),
      width: 'minmax(104px, 0.5fr)',
      place: 'roomy',
      cell: (run) => (
        <span className={styles.quiet}>
          {run.started_itself ? label('run_itself', run.started_itself) : visible(run.started_by)}
        </span>
      ),
    },
    started: {
      key: 'started',
      title: m.run_column_started(),
      width: '140px',
      cell: (run) => (
        <span className={styles.quiet}>
          <Time at={run.start_time} />
        </span>
      ),
    },
    ended: {
      key: 'ended',
      title: m.run_column_ended(),
      width: '140px',
      cell: (run) => (
        <span className={styles.quiet}>{run.end_time && <Time at={run.end_time} />}</span>
      ),
    },
    took: {
      key: 'took',
      title: m.run_column_took(),
      width: '104px',
      align: 'end',
      cell: (run) => (
        <span className={styles.quiet}>
          {(isFinal(run.status) || run.status !== 'queued') && lengthSoFar(run, now)}
        </span>
      ),
    },
    id: {
      key: 'id',
      title: m.run_column_id(),
      width: '252px',
      place: 'roomy',
      cell: (run) => <code className={styles.quiet}>{run.id}</code>,
    },
  };
  return [
    {
      key: 'status',
      title: m.field_status(),
      width: '136px',
      cell: (run) => <StatusChip status={run.status} noted={run.noted} />,
    },
    of === 'all' ? workflow : failure,
    ...chosen.map((key) => further[key]),
  ];
}
