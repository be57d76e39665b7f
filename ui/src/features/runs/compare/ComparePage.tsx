import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Card, Choice, Empty, ErrorNotice, Page } from '@/components';
import { begun, dated, datedAmong, label, m, sayError, visible } from '@/i18n';
import { CallError, type Difference, type RunCompared } from '@/ipc';
import { Differences } from '../../catalog/Differences';
import { runName } from '../columns';
import { lastRunsQuery, runQuery } from '../queries';
import styles from './Compare.module.css';
import { Configurations } from './Configurations';
import { Facts } from './Facts';
import { comparedQuery } from './queries';
import { Tasks } from './Tasks';

/** So many runs of a workflow are offered to compare with: the newest. */
const OFFERED = 50;

/** What the page keeps in the address: the run one came from, the other one, and whether all is shown. */
export interface CompareSearch {
  run?: string;
  other?: string;
  all?: boolean;
}

/** Two runs side by side. */
export function ComparePage() {
  const { run: id = '', other, all = false } = useSearch({ from: '/runs/compare' });
  const navigate = useNavigate();
  const asked = useQuery({ ...runQuery(id), enabled: id !== '' });
  const found = useQuery({ ...comparedQuery(id, other, all), enabled: id !== '' });
  const go = (next: CompareSearch) =>
    void navigate({ to: '/runs/compare', search: { run: id, other, all, ...next }, replace: true });
  const error = found.error ? CallError.from(found.error) : null;
  const workflow = asked.data?.workflow_id ?? undefined;
  const compared = found.data;
  const others = workflow !== undefined && (
    <Others
      workflow={workflow}
      id={id}
      value={otherOf(compared, id) ?? null}
      onChange={(next) => go({ other: next })}
    />
  );
  return (
    <Page
      crumb={
        <>
          <Link to="/runs">{m.nav_runs()}</Link>
          {asked.data && (
            <>
              {' › '}
              <Link to="/runs/$id" params={{ id }}>
                {m.run_title({ name: runName(asked.data), when: dated(asked.data.start_time) })}
              </Link>
            </>
          )}
        </>
      }
      title={m.run_compared_title()}
      subtitle={compared && !error && summary(compared)}
      end={others}
    >
      {error?.code === 'run_none_succeeded' ? (
        <Empty icon="runs" title={m.run_compared_none()}>
          {sayError(error)}
        </Empty>
      ) : (
        error && <ErrorNotice error={error} onRetry={() => void found.refetch()} />
      )}
      {compared && !error && (
        <>
          <Facts compared={compared} asked={id} />
          <Tasks compared={compared} all={all} onAll={(next) => go({ all: next || undefined })} />
          <Part
            title={m.run_input()}
            same={m.run_compared_input_same()}
            unreadable={m.run_compared_input_unreadable()}
            of={compared.input}
          />
          <Part
            title={m.run_compared_definition()}
            same={m.run_compared_definition_same()}
            unreadable={m.run_compared_definition_unreadable()}
            of={compared.definition}
          />
          <Configurations compared={compared} />
        </>
      )}
      {id === '' && (
        <Empty
          icon="runs"
          title={m.run_gone()}
          actions={<Button onPress={() => void navigate({ to: '/runs' })}>{m.nav_runs()}</Button>}
        >
          {m.run_gone_hint()}
        </Empty>
      )}
    </Page>
  );
}

/** In one sentence what has changed: the state first, then how many tasks. */
function summary({ before, after, same, total }: RunCompared): string {
  const states = [before, after].map(({ run }) => begun(label('status', run.status)));
  return [
    states[0] === states[1] ? states[0] : `${states[0]} → ${states[1]}`,
    m.run_compared_same_count({ same, total }),
  ].join(' · ');
}

/** The id of the run that was not asked about. */
function otherOf(compared: RunCompared | undefined, id: string): string | undefined {
  if (!compared) return undefined;
  return compared.before.run.id === id ? compared.after.run.id : compared.before.run.id;
}

interface OthersProps {
  workflow: string;
  id: string;
  value: string | null;
  onChange: (other: string) => void;
}

/** The runs of the workflow that this one can be compared with. */
function Others({ workflow, id, value, onChange }: OthersProps) {
  const runs = useQuery(lastRunsQuery(workflow, OFFERED));
  const times = (runs.data ?? []).map((run) => run.start_time);
  const options = (runs.data ?? [])
    .filter((run) => run.id !== id)
    .map((run) => ({
      value: run.id,
      label: m.run_compared_other({
        when: datedAmong(run.start_time, times),
        status: label('status', run.status),
      }),
    }));
  if (options.length === 0) return null;
  return (
    <Choice
      label={m.run_compared_take_other()}
      labelling="hidden"
      placeholder={m.run_compared_take_other()}
      options={options}
      value={options.some((option) => option.value === value) ? value : null}
      onChange={onChange}
      data-testid="compare-other"
    />
  );
}

/** So many places are told at most. */
const PLACES = 200;

interface PartProps {
  title: string;
  /** What is said where nothing differs, and where one side cannot be read. */
  same: string;
  unreadable: string;
  of: readonly Difference[] | undefined;
}

function Part({ title, same, unreadable, of }: PartProps) {
  return (
    <Card title={title}>
      <div className={styles.part}>
        {of === undefined || of.length === 0 ? (
          <p className={styles.quiet}>{of === undefined ? unreadable : same}</p>
        ) : (
          <Differences differences={of.map(shown)} tense="past" />
        )}
        {of !== undefined && of.length >= PLACES && (
          <p className={styles.quiet}>{m.run_compared_first_places({ count: PLACES })}</p>
        )}
      </div>
    </Card>
  );
}

function shown(difference: Difference): Difference {
  const text = (side: string | null) => (side === null ? null : visible(side));
  return { ...difference, before: text(difference.before), after: text(difference.after) };
}
