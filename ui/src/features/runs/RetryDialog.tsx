import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  Button,
  Choice,
  Dialog,
  ErrorNotice,
  Notice,
  PickMany,
  Segments,
  Spring,
} from '@/components';
import { counted, m, visible } from '@/i18n';
import { CallError } from '@/ipc';
import { documentQuery } from '../catalog/queries';
import { useCommand } from '../command';
import { runName } from './columns';
import { folderName } from './folder/path';
import { namedError } from './named';
import { runNamesQuery, type ShownRun } from './queries';
import { ConfigurationOfSession, ConfigurationToUse } from './sheet/ConfigurationToUse';
import { ContextFields, type ContextInput } from './sheet/ContextFields';
import { contextOf, contextOfRun, differing, missingOf, readRest, spread } from './sheet/context';
import { printExact } from './sheet/exact';
import { previewQuery } from './sheet/queries';
import styles from './sheet/RunSheet.module.css';
import { TrustNotice } from './sheet/TrustNotice';
import { untrustedOf } from './sheet/untrusted';

/** What is wanted when the dialog opens. */
export interface RetryWish {
  /** `start`, `failed` or a task. */
  from?: string;
  skip?: string[];
  /** Whether it starts although not every file of its folder can be archived. */
  anyway?: boolean;
  /** Whether the input is to be changed. */
  input?: boolean;
}

interface Props {
  run: ShownRun;
  wish: RetryWish;
  onClose: () => void;
}

/** A run once more: from where, with which definition, and what is left out. */
export function RetryDialog({ run, wish, onClose }: Props) {
  const navigate = useNavigate();
  const [from, setFrom] = useState(wish.from ?? 'failed');
  const [skip, setSkip] = useState(wish.skip ?? []);
  const isFile = run.workflow_id === null;
  const workflow = useQuery({
    ...documentQuery('workflow', run.workflow_id ?? ''),
    enabled: !isFile,
  });
  const now = workflow.data?.row.revision;
  // One that was deleted can still be shown, and is carried out as it was.
  const isGone = workflow.data
    ? workflow.data.row.deleted_at !== null
    : workflow.error !== null && CallError.from(workflow.error).code === 'not_found';
  const [chosen, setChosen] = useState<'old' | 'current'>('current');
  const definition = isGone || isFile ? 'old' : chosen;
  const retry = useCommand('run_retry', ['run']);
  // What was refused of one definition says nothing of the other.
  const error = retry.variables?.definition === definition ? retry.error : null;
  const untrusted = untrustedOf(error);
  const needsTrust = untrusted !== null;
  const before = contextOfRun(run);
  const preview = useQuery({
    ...previewQuery(run.workflow_id ?? '', before),
    enabled: !isFile && !isGone,
  });
  const then = useQuery(runNamesQuery(run.id));
  const names = (definition === 'current' && preview.data?.context_names) || then.data || [];
  const [typed, setTyped] = useState<ContextInput>();
  const [isTold, setTold] = useState(false);
  const input =
    typed ??
    spread(
      before,
      names.map((one) => one.name),
    );
  const rest = readRest(input.rest);
  const context = contextOf(input.fields, rest ?? {});
  const changed = differing(context, before);
  const missing = missingOf(names, context);
  const canStart =
    !retry.isPending && rest !== null && (workflow.data !== undefined || isGone || isFile);
  const hasFailed = run.tasks.some((task) => task.status !== 'succeeded');
  const start = () => {
    setTold(true);
    if (!canStart || missing.length > 0) return;
    retry.mutate(
      {
        id: run.id,
        from,
        skip,
        definition,
        continue_anyway: wish.anyway,
        trust: needsTrust,
        shown: untrusted?.shown,
        context: changed && printExact(changed),
      },
      {
        onSuccess: ({ run_id }) => {
          onClose();
          void navigate({ to: '/runs/$id', params: { id: run_id } });
        },
      },
    );
  };
  // Only where all is done anew does anything make way for it.
  const folder = preview.data?.folder;
  const archived = folder?.id === run.folder?.id && folder?.archives ? folder : undefined;
  const startHint = () =>
    archived && archived.files > 0
      ? counted('run_retry_start_archives', archived.files, {
          folder: visible(folderName(archived.path)),
        })
      : m.run_retry_start_hint();
  const tasks = run.tasks.map((task) => ({ value: task.id, label: visible(task.name) }));
  return (
    <Dialog
      title={m.run_retry_title({ name: runName(run) })}
      subtitle={m.run_retry_subtitle()}
      isOpen
      onClose={onClose}
      // Trust is given by its own button and by nothing in passing.
      onEnter={needsTrust ? undefined : start}
      data-testid="dialog-retry"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            key={needsTrust ? 'trust' : 'retry'}
            look="primary"
            icon="undo"
            isDisabled={!canStart}
            autoFocus={!needsTrust && missing.length === 0}
            onPress={start}
            data-testid="retry-start"
          >
            {needsTrust
              ? m.trust_and_run()
              : wish.anyway
                ? m.run_continue_anyway_start()
                : m.run_retry_start()}
          </Button>
        </>
      }
    >
      {wish.anyway && (
        <Notice tone="warn" icon="warn">
          {m.run_continue_hint()}
        </Notice>
      )}
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
        hint={from === 'start' ? startHint() : m.run_retry_carry_hint()}
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
      {workflow.error && !isGone && (
        <ErrorNotice error={workflow.error} onRetry={() => void workflow.refetch()} />
      )}
      {isGone && <p>{m.run_retry_gone()}</p>}
      {isFile && <p>{m.run_retry_file()}</p>}
      <PickMany
        label={m.run_retry_skip()}
        options={tasks}
        values={skip}
        onAdd={(id) => setSkip([...skip, id])}
        onRemove={(place) => setSkip(skip.filter((_, index) => index !== place))}
        hint={m.run_retry_skip_hint()}
        data-testid="retry-skip"
      />
      {run.session !== undefined ? (
        <ConfigurationOfSession id={run.session} onLeave={onClose} />
      ) : (
        run.workflow_id !== null &&
        !isGone && <ConfigurationToUse workflow={run.workflow_id} onLeave={onClose} />
      )}
      {names.length > 0 && (
        <details
          className={styles.fold}
          open={wish.input || missing.length > 0 || typed !== undefined}
        >
          <summary data-testid="retry-input">{m.run_retry_input()}</summary>
          <ContextFields
            names={names}
            tasks={new Map(run.tasks.map((task) => [task.id, task.name]))}
            input={input}
            onChange={setTyped}
            rest={rest}
            missing={isTold ? missing : []}
            focused={missing[0]}
          />
        </details>
      )}
      {untrusted ? (
        <TrustNotice acts={untrusted.acts} />
      ) : (
        error && <ErrorNotice error={namedError(error, run)} />
      )}
    </Dialog>
  );
}
