import { useNavigate } from '@tanstack/react-router';
import { Button, Notice } from '@/components';
import { begun, counted, listed, m, say, visible } from '@/i18n';
import type { RunPreview } from '@/ipc';
import { capabilityWords } from '../../../agents/words';
import { entering, enterWords } from '../../../connections/entering';
import { LOCAL } from '../../../connections/sourceState';
import { UnlockButton } from '../../../connections/UnlockButton';
import { closeRunSheet } from '../store';
import { type Known, needs, type PreviewTask } from './meet';

/** So many tasks are named that wait for the same. */
const NAMED = 3;

interface Props {
  data: RunPreview;
  /** The tasks that would run. */
  tasks: readonly PreviewTask[];
  known: Known;
  /** Tasks that no agent can do, by what none of them can. */
  waiting: ReadonlyMap<string, readonly PreviewTask[]>;
  onAsk: () => void;
}

/** What stands in the way though it does not keep the run from starting: each with what can be done. */
export function Troubles({ data, tasks, known, waiting, onAsk }: Props) {
  const navigate = useNavigate();
  const go = (search: { tab?: 'secrets' | 'agents'; enter?: string }) => {
    closeRunSheet();
    void navigate({ to: '/connections', search });
  };
  const uses = (name: string) => data.tasks.filter((task) => task.source === name).length;
  // Its password says more of it than that it does not answer.
  const waits = new Set(known.secrets.flatMap(({ connection }) => connection ?? []));
  const silent = known.sources.filter((one) => one.answers === false && !waits.has(one.name));
  // All that are locked are unlocked by one press.
  const locked = known.secrets.filter(({ unlocks }) => unlocks);
  const closed = data.tasks.filter((task) => locked.some((secret) => needs(task, secret)));
  const missing = known.secrets.filter(({ unlocks }) => !unlocks);
  return (
    <>
      {silent.map((source) => (
        <Notice
          key={source.name}
          tone="warn"
          icon="warn"
          data-testid="source-silent"
          end={
            <>
              {source.name !== LOCAL && (
                <Button look="quiet" onPress={() => go({ enter: source.name })}>
                  {m.connection_edit()}
                </Button>
              )}
              <Button look="quiet" isPending={known.isAsking} onPress={onAsk}>
                {known.isAsking ? m.preflight_asking() : m.preflight_ask_again()}
              </Button>
            </>
          }
        >
          <p>{silence(source)}</p>
          <p>{counted('preflight_used_by', uses(source.name))}</p>
        </Notice>
      ))}
      {locked[0] && (
        <Notice
          tone="warn"
          icon="key"
          data-testid="secrets-locked"
          end={<UnlockButton look="quiet" />}
        >
          <p>{begun(say(locked[0].reason))}</p>
          <p>{counted('preflight_needed_by', closed.length)}</p>
        </Notice>
      )}
      {missing.map((row) => (
        <Notice
          key={row.secret}
          tone="warn"
          icon="key"
          data-testid="secret-missing"
          end={
            <Button look="quiet" onPress={() => go(entering(row))}>
              {enterWords(row)}
            </Button>
          }
        >
          <p>{begun(visible(say(row.reason)))}</p>
          <p>{counted('preflight_needed_by', row.tasks)}</p>
        </Notice>
      ))}
      {[...waiting].map(([needed, tasks]) => (
        <Notice
          key={needed}
          tone="warn"
          icon="warn"
          data-testid="no-agent"
          end={
            <Button look="quiet" onPress={() => go({ tab: 'agents' })}>
              {m.preflight_agents()}
            </Button>
          }
        >
          {m.preflight_no_agent_can({
            needed: capabilityWords(needed.split(', ')),
            tasks: listed(
              tasks.map((task) => visible(task.name)),
              NAMED,
            ),
          })}
        </Notice>
      ))}
      <Lacking data={data} tasks={tasks} />
      <Folder data={data} />
      <UnderWay data={data} />
    </>
  );
}

/** Why it does not answer, which names it; where that is not known, that it does not. */
function silence({ name, error }: Known['sources'][number]): string {
  return error ? begun(visible(say(error))) : m.source_away({ source: visible(name) });
}

/** What tasks read in the task folder and is not there, with the way to put it there. */
function Lacking({ data, tasks }: Pick<Props, 'data' | 'tasks'>) {
  const navigate = useNavigate();
  const id = data.folder?.id;
  const told = tasks.flatMap(({ no_input }) => (no_input ? [begun(visible(say(no_input)))] : []));
  if (id === undefined || told.length === 0) return null;
  const show = () => {
    closeRunSheet();
    void navigate({ to: '/task-folders/$id', params: { id } });
  };
  return (
    <Notice
      tone="warn"
      icon="warn"
      data-testid="input-missing"
      end={
        <Button look="quiet" onPress={show}>
          {m.preflight_open_folder()}
        </Button>
      }
    >
      {[...new Set(told)].map((words) => (
        <p key={words}>{words}</p>
      ))}
    </Notice>
  );
}

/** Why a run could not begin in its task folder: another one works there, or it cannot be reached. */
function Folder({ data }: { data: RunPreview }) {
  const navigate = useNavigate();
  const { held_by, trouble } = data.folder ?? {};
  if (trouble)
    return (
      <Notice tone="fail" icon="warn" data-testid="folder-trouble">
        {begun(visible(say(trouble)))}
      </Notice>
    );
  if (!held_by) return null;
  const show = () => {
    closeRunSheet();
    void navigate({ to: '/runs/$id', params: { id: held_by.id } });
  };
  return (
    <Notice
      tone="fail"
      icon="play"
      data-testid="folder-held"
      end={
        <Button look="quiet" onPress={show}>
          {m.open()}
        </Button>
      }
    >
      {m.preflight_folder_held({ name: visible(held_by.workflow_name) })}
    </Notice>
  );
}

/** What of the workflow goes on already, and whether a new run would wait for it. */
function UnderWay({ data }: { data: RunPreview }) {
  const navigate = useNavigate();
  const { total, runs, running, limit } = data.under_way;
  const [newest] = runs;
  if (!newest) return null;
  const show = () => {
    closeRunSheet();
    void navigate({ to: '/runs/$id', params: { id: newest.id } });
  };
  return (
    <Notice
      tone="run"
      icon="play"
      data-testid="under-way"
      end={
        <Button look="quiet" onPress={show}>
          {m.open()}
        </Button>
      }
    >
      {counted('preflight_under_way', total)}
      {limit !== undefined && running >= limit && <p>{m.preflight_full({ running, limit })}</p>}
    </Notice>
  );
}
