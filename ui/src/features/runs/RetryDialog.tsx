import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  Button,
  Choice,
  Dialog,
  ErrorNotice,
  PickMany,
  Segments,
  Spring,
  toast,
} from '@/components';
import { m, visible } from '@/i18n';
import { CallError, type RunAct, type RunShow } from '@/ipc';
import { documentQuery } from '../catalog/queries';
import { useCommand } from '../command';
import { runName } from './columns';
import { TrustNotice } from './sheet/TrustNotice';

/** What is wanted when the dialog opens. */
export interface RetryWish {
  /** `start`, `failed` or a task. */
  from?: string;
  skip?: string[];
}

interface Props {
  run: RunShow;
  wish: RetryWish;
  onClose: () => void;
}

/** A run once more: from where, with which definition, and what is left out. */
export function RetryDialog({ run, wish, onClose }: Props) {
  const navigate = useNavigate();
  const [from, setFrom] = useState(wish.from ?? 'failed');
  const [skip, setSkip] = useState(wish.skip ?? []);
  const workflow = useQuery(documentQuery('workflow', run.workflow_id ?? ''));
  const now = workflow.data?.row.revision;
  const isGone = workflow.error !== null;
  const [chosen, setChosen] = useState<'old' | 'current'>('current');
  const definition = isGone ? 'old' : chosen;
  const retry = useCommand('run_retry', ['run']);
  // What was refused of one definition says nothing of the other.
  const error = retry.variables?.definition === definition ? retry.error : null;
  const acts = actsOf(error);
  const needsTrust = acts.length > 0;
  const hasFailed = run.tasks.some((task) => task.status !== 'succeeded');
  const start = (trust: boolean) =>
    retry.mutate(
      { id: run.id, from, skip, definition, trust },
      {
        onSuccess: ({ run_id }) => {
          onClose();
          toast({ text: m.run_started({ name: runName(run) }) });
          void navigate({ to: '/runs/$id', params: { id: run_id } });
        },
      },
    );
  const tasks = run.tasks.map((task) => ({ value: task.id, label: visible(task.name) }));
  return (
    <Dialog
      title={m.run_retry_title({ name: runName(run) })}
      subtitle={m.run_retry_subtitle()}
      isOpen
      onClose={onClose}
      data-testid="dialog-retry"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            icon="undo"
            isDisabled={retry.isPending || workflow.isPending}
            onPress={() => start(needsTrust)}
            data-testid="retry-start"
          >
            {needsTrust ? m.trust_and_run() : m.run_retry_start()}
          </Button>
        </>
      }
    >
      <Choice
        label={m.run_retry_from()}
        options={[
          ...(hasFailed ? [{ value: 'failed', label: m.run_retry_from_failed() }] : []),
          { value: 'start', label: m.run_retry_from_start() },
          ...tasks.map((task) => ({
            ...task,
            label: m.run_retry_from_task({ name: task.label }),
          })),
        ]}
        value={from}
        onChange={setFrom}
        hint={from === 'start' ? m.run_retry_start_hint() : m.run_retry_carry_hint()}
        data-testid="retry-from"
      />
      {!isGone && now !== undefined && run.revision !== null && now !== run.revision && (
        <Segments
          label={m.run_retry_definition()}
          labelling="shown"
          value={definition}
          onChange={setChosen}
          options={[
            {
              value: 'current',
              label: m.run_retry_current({ number: now }),
              testid: 'retry-current',
            },
            { value: 'old', label: m.run_retry_old({ number: run.revision }), testid: 'retry-old' },
          ]}
        />
      )}
      {isGone && <p>{m.run_retry_gone()}</p>}
      <PickMany
        label={m.run_retry_skip()}
        options={tasks}
        values={skip}
        onAdd={(id) => setSkip([...skip, id])}
        onRemove={(place) => setSkip(skip.filter((_, index) => index !== place))}
        hint={m.run_retry_skip_hint()}
      />
      {needsTrust ? (
        <TrustNotice acts={acts} />
      ) : (
        error && <ErrorNotice error={CallError.from(error)} />
      )}
    </Dialog>
  );
}

/** Everything that exactly the refused text would do; nothing where trust is not what it lacks. */
function actsOf(error: CallError | null): readonly RunAct[] {
  if (error?.code !== 'trust_required') return [];
  return JSON.parse(error.fields.acts ?? '[]') as RunAct[];
}
