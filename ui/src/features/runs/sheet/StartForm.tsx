import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useRef, useState } from 'react';
import { Button, Dialog, ErrorNotice, Icon, Spring } from '@/components';
import { counted, m, sayFinding, visible } from '@/i18n';
import { CallError, type RunPreview } from '@/ipc';
import { SavedTriggerNote } from '../../catalog/TriggerNote';
import { useCommand } from '../../command';
import { Acts } from './Acts';
import { ConfigurationToUse } from './ConfigurationToUse';
import { ContextFields, type ContextInput } from './ContextFields';
import { type Context, contextOf, firstField, missingOf, readRest, spread } from './context';
import { printExact } from './exact';
import { FolderChoice } from './FolderChoice';
import { expectedWords, unserved } from './preflight/meet';
import { Preflight } from './preflight/Preflight';
import { Troubles } from './preflight/Troubles';
import { askedQuery, previewQuery } from './queries';
import styles from './RunSheet.module.css';
import { Part, Problems, UnsavedNote } from './StartParts';
import { closeRunSheet } from './store';
import { TrustNotice } from './TrustNotice';
import { untrustedOf } from './untrusted';

interface Props {
  workflow: string;
  task: string | undefined;
  /** What the last run was started with. */
  last: Context;
  /** What a start with that would do. */
  first: RunPreview;
}

/** What a run of this workflow is given, what it would do, and the start. */
export function StartForm({ workflow, task, last, first }: Props) {
  const navigate = useNavigate();
  const fields = useRef(new Map<string, HTMLInputElement>());
  const [typed, setTyped] = useState<ContextInput>();
  const [only, setOnly] = useState<string | undefined>(task);
  const [folder, setFolder] = useState<string>();
  const [isTold, setTold] = useState(false);
  const names = first.context_names.map((one) => one.name);
  const input = typed ?? spread(last, names);
  const rest = readRest(input.rest);
  const context = contextOf(input.fields, rest ?? {});
  const preview = useQuery(previewQuery(workflow, useDeferredValue(context), folder));
  const start = useCommand('run_start', ['run']);
  const data = preview.data ?? first;
  const asked = useQuery(askedQuery(workflow, context, data));
  const known = {
    sources: (asked.data ?? data).sources,
    secrets: (asked.data ?? data).secrets,
    isAsking: asked.isFetching,
  };
  const tasks = data.tasks.filter((one) => only === undefined || one.id === only);
  const meetsTrouble =
    known.secrets.length > 0 ||
    known.sources.some((source) => source.answers === false) ||
    tasks.some((one) => one.no_input !== undefined);
  const waiting = unserved(tasks);
  const missing = missingOf(data.context_names, context, only);
  const refused = untrustedOf(start.error);
  // What is trusted is what stands on the sheet: what was refused last, else what a preview tells.
  const trust = refused ?? { acts: data.trust.acts, shown: data.trust.hash };
  const needsTrust = data.trust.needed || refused !== null;
  const isHindered = data.folder?.held_by !== undefined || data.folder?.trouble !== undefined;
  const canStart = data.problems.length === 0 && rest !== null && !start.isPending && !isHindered;
  // Where single tasks have run, it would not be true that nothing is known.
  const isExpectedTold =
    only === undefined &&
    data.tasks.length > 0 &&
    (data.expected !== undefined || data.tasks.every((one) => one.expected === undefined));
  const go = () => {
    setTold(true);
    if (missing[0] !== undefined) fields.current.get(missing[0])?.focus();
    if (!canStart || missing.length > 0) return;
    start.mutate(
      {
        workflow,
        context: printExact(context),
        mode: only === undefined ? 'complete' : 'step',
        task: only,
        folder,
        trust: needsTrust,
        shown: needsTrust ? trust.shown : undefined,
      },
      {
        onSuccess: ({ run_id }) => {
          closeRunSheet();
          void navigate({ to: '/runs/$id', params: { id: run_id } });
        },
      },
    );
  };
  return (
    <Dialog
      title={m.run_sheet_title({ name: visible(data.workflow_name) })}
      subtitle={[
        counted(`n_${data.steps}s`, data.tasks.length),
        m.revision_number({ number: data.revision }),
        isExpectedTold && expectedWords(data.expected),
        Object.keys(last).length > 0 && !typed && m.run_input_as_last(),
      ]
        .filter(Boolean)
        .join(' · ')}
      isOpen
      onClose={closeRunSheet}
      // Trust is given by its own button and by nothing in passing; so is a start that meets trouble.
      onEnter={needsTrust || meetsTrouble ? undefined : go}
      data-testid="dialog-run"
      foot={
        <>
          <Spring />
          <Button onPress={closeRunSheet}>{m.cancel()}</Button>
          <Button
            key={needsTrust ? 'trust' : 'run'}
            look={meetsTrouble ? 'plain' : 'primary'}
            icon="play"
            isDisabled={!canStart}
            autoFocus={!needsTrust && !meetsTrouble && names.length === 0}
            onPress={go}
            data-testid="run-start"
          >
            {startWords(needsTrust, waiting.size > 0, meetsTrouble)}
          </Button>
        </>
      }
    >
      {preview.error && (
        <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />
      )}
      <UnsavedNote workflow={workflow} revision={data.revision} />
      <SavedTriggerNote workflow={workflow} told={data.problems.map(({ code }) => code)} />
      {data.problems.length > 0 && <Problems workflow={workflow} preview={data} />}
      <Troubles
        data={data}
        tasks={tasks}
        known={known}
        waiting={waiting}
        onAsk={() => void asked.refetch()}
      />
      {needsTrust && <TrustNotice acts={trust.acts} />}
      <ContextFields
        names={data.context_names}
        tasks={new Map(data.tasks.map((one) => [one.id, one.name]))}
        input={input}
        onChange={setTyped}
        rest={rest}
        missing={isTold ? missing : []}
        focused={firstField(first.context_names, last)}
        refs={fields.current}
      />
      <FolderChoice data={data} folder={folder} onFolder={setFolder} />
      <ConfigurationToUse workflow={workflow} onLeave={closeRunSheet} />
      {data.tasks.length > 1 && <Part data={data} only={only} onOnly={setOnly} />}
      <Preflight data={data} known={known} only={only} />
      {!needsTrust && data.trust.acts.length > 0 && (
        <details className={styles.fold}>
          <summary>{counted('run_acts', data.trust.acts.length)}</summary>
          <Acts acts={data.trust.acts} />
        </details>
      )}
      {data.warnings.map((warning) => (
        <p key={warning.path + warning.code} className={styles.warning}>
          <Icon name="info" size={14} /> {visible(sayFinding(warning))}
        </p>
      ))}
      {start.error && !refused && <ErrorNotice error={CallError.from(start.error)} />}
    </Dialog>
  );
}

/** What the button does: a run that no agent can carry out to its end waits in the queue. */
function startWords(needsTrust: boolean, waits: boolean, meetsTrouble: boolean): string {
  if (needsTrust) return m.trust_and_run();
  if (waits) return m.run_queue();
  return meetsTrouble ? m.run_anyway() : m.run_start();
}
