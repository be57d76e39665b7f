import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState, useSyncExternalStore } from 'react';
import {
  Button,
  Choice,
  Dialog,
  ErrorNotice,
  Icon,
  Notice,
  Segments,
  Spring,
  toast,
} from '@/components';
import { counted, m, say, visible } from '@/i18n';
import { CallError, type RunPreview } from '@/ipc';
import { unsavedDrafts, watchUnsaved } from '../../catalog/draft/drafts';
import { useCommand } from '../../command';
import { Acts } from './Acts';
import { ContextFields } from './ContextFields';
import { type Context, contextOf, readRest, spread } from './context';
import { FindingLink } from './FindingLink';
import { previewQuery } from './queries';
import styles from './RunSheet.module.css';
import { closeRunSheet } from './store';
import { TrustNotice } from './TrustNotice';

interface Props {
  workflow: string;
  task: string | undefined;
  /** What the last run was started with. */
  last: Context;
}

/** What a run of this workflow is given, what it would do, and the start. */
export function StartForm({ workflow, task, last }: Props) {
  const navigate = useNavigate();
  const first = useQuery(previewQuery(workflow, last));
  const [typed, setTyped] = useState<{ fields: Record<string, string>; rest: string }>();
  const [only, setOnly] = useState<string | undefined>(task);
  const names = first.data?.context_names.map((one) => one.name) ?? [];
  const input = typed ?? spread(last, names);
  const rest = readRest(input.rest);
  const context = contextOf(input.fields, rest ?? {});
  const preview = useQuery(previewQuery(workflow, useDeferredValue(context)));
  const start = useCommand('run_start', ['run']);
  const data = preview.data ?? first.data;
  const error = preview.error ?? first.error;
  const needsTrust = data?.trust.needed || start.error?.code === 'trust_required';
  const canStart = data !== undefined && data.problems.length === 0 && rest !== null;
  const go = () =>
    start.mutate(
      {
        workflow,
        context,
        mode: only === undefined ? 'complete' : 'step',
        task: only,
        trust: needsTrust,
      },
      {
        onSuccess: ({ run_id }) => {
          closeRunSheet();
          toast({ text: m.run_started({ name: data?.workflow_name ?? workflow }) });
          void navigate({ to: '/runs/$id', params: { id: run_id } });
        },
      },
    );
  return (
    <Dialog
      title={data ? m.run_sheet_title({ name: visible(data.workflow_name) }) : m.run_one()}
      subtitle={
        data &&
        [
          counted('n_tasks', data.tasks.length),
          m.revision_number({ number: data.revision }),
          Object.keys(last).length > 0 && !typed && m.run_input_as_last(),
        ]
          .filter(Boolean)
          .join(' · ')
      }
      isOpen
      onClose={closeRunSheet}
      data-testid="dialog-run"
      foot={
        <>
          <Spring />
          <Button onPress={closeRunSheet}>{m.cancel()}</Button>
          <Button
            look="primary"
            icon="play"
            isDisabled={!canStart || start.isPending}
            onPress={go}
            data-testid="run-start"
          >
            {needsTrust ? m.trust_and_run() : m.run_start()}
          </Button>
        </>
      }
    >
      {error && <ErrorNotice error={error} onRetry={() => void preview.refetch()} />}
      <UnsavedNote workflow={workflow} revision={data?.revision} />
      {data && data.problems.length > 0 && <Problems workflow={workflow} preview={data} />}
      {needsTrust && data && <TrustNotice acts={data.trust.acts} />}
      {data && (
        <>
          <ContextFields
            names={data.context_names}
            tasks={new Map(data.tasks.map((one) => [one.id, one.name]))}
            input={input}
            onChange={setTyped}
            rest={rest}
          />
          {data.tasks.length > 1 && <Part data={data} only={only} onOnly={setOnly} />}
          {!needsTrust && data.trust.acts.length > 0 && (
            <details className={styles.fold}>
              <summary>{counted('run_acts', data.trust.acts.length)}</summary>
              <Acts acts={data.trust.acts} />
            </details>
          )}
          {data.warnings.map((warning) => (
            <p key={warning.path + warning.code} className={styles.warning}>
              <Icon name="info" size={14} /> {visible(say(warning))}
            </p>
          ))}
        </>
      )}
      {start.error && start.error.code !== 'trust_required' && (
        <ErrorNotice error={CallError.from(start.error)} />
      )}
    </Dialog>
  );
}

/** All of it, or one task alone. */
function Part({
  data,
  only,
  onOnly,
}: {
  data: RunPreview;
  only: string | undefined;
  onOnly: (task: string | undefined) => void;
}) {
  return (
    <div className={styles.part}>
      <Segments
        label={m.run_mode()}
        labelling="shown"
        value={only === undefined ? 'all' : 'one'}
        onChange={(next) => onOnly(next === 'all' ? undefined : data.tasks[0]?.id)}
        options={[
          { value: 'all', label: m.run_mode_all(), testid: 'mode-all' },
          { value: 'one', label: m.run_mode_one(), testid: 'mode-one' },
        ]}
      />
      {only !== undefined && (
        <Choice
          label={m.subject_task()}
          options={data.tasks.map((task) => ({ value: task.id, label: visible(task.name) }))}
          value={only}
          onChange={onOnly}
        />
      )}
    </div>
  );
}

/** What keeps it from starting, each with the way to its place in the form. */
function Problems({ workflow, preview }: { workflow: string; preview: RunPreview }) {
  return (
    <section className={styles.problems} data-testid="run-problems">
      <p>
        <b>{counted('run_stopped_by', preview.problems.length)}</b>
      </p>
      <ul>
        {preview.problems.map((problem) => (
          <li key={problem.path + problem.code}>
            <FindingLink workflow={workflow} finding={problem} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A run is of what is saved; that there is more is said. */
function UnsavedNote({ workflow, revision }: { workflow: string; revision: number | undefined }) {
  const unsaved = useSyncExternalStore(watchUnsaved, unsavedDrafts);
  const isDirty = unsaved.some((draft) => draft.kind === 'workflow' && draft.id === workflow);
  if (!isDirty || revision === undefined) return null;
  return (
    <Notice tone="warn" icon="info">
      {m.run_unsaved({ number: revision })}
    </Notice>
  );
}
