import { useQuery } from '@tanstack/react-query';
import { type LinkOptions, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, type IconName } from '@/components';
import { m, visible } from '@/i18n';
import { call, type NextStep, type Remedy, type RunTask } from '@/ipc';
import { placeOfId } from '../../catalog/forms/place';
import { documentLink } from '../../catalog/kinds';
import { sourcesQuery } from '../../connections/queries';
import { TestAnswer } from '../../connections/TestAnswer';
import { UnlockButton } from '../../connections/UnlockButton';
import { useTest } from '../../useTest';
import type { ShownRun } from '../queries';
import { RetryDialog, type RetryWish } from '../RetryDialog';
import { canRepeat, isFinal } from '../status';
import styles from './TaskPanel.module.css';

interface Props {
  run: ShownRun;
  task: RunTask;
  onMessages: () => void;
}

/** What can be done about a task: what helps against its failure first, then what can always be done. */
export function NextSteps({ run, task, onMessages }: Props) {
  const [wish, setWish] = useState<RetryWish | null>(null);
  const steps = stepsOf(run, task);
  const asked = steps.find((step) => step.do === 'test_connection')?.of ?? '';
  const sources = useQuery({ ...sourcesQuery(), enabled: asked !== '' });
  const { test, start } = useTest(() => call('source_test', { name: asked }));
  const kind = sources.data?.find(({ name }) => name === asked)?.type ?? '';
  // What helps stands out; what can always be done does not.
  const helps = task.status === 'failed' && (task.attempts.at(-1)?.next ?? []).length > 0;
  if (steps.length === 0) return null;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in */}
      <div className={styles.steps} role="group" aria-label={m.run_next_steps()}>
        {steps.map((step, index) => (
          <Step
            key={step.do}
            step={step}
            run={run}
            task={task}
            look={index > 0 ? 'quiet' : helps ? 'primary' : 'plain'}
            isAsking={test.status === 'asking'}
            onTest={() => void start()}
            onRetry={setWish}
            onMessages={onMessages}
          />
        ))}
      </div>
      <TestAnswer kind={kind} test={test} />
      {wish && <RetryDialog run={run} wish={wish} onClose={() => setWish(null)} />}
    </>
  );
}

/** The steps that can be taken as the run stands, each once. */
export function stepsOf(run: ShownRun, task: RunTask): NextStep[] {
  const helping = task.status === 'failed' ? (task.attempts.at(-1)?.next ?? []) : [];
  const always: NextStep[] = [
    { do: 'retry_here' },
    ...(task.status === 'failed' ? [{ do: 'skip_task' } as const] : []),
    ...(task.child ? [{ do: 'open_run', of: task.child } as const] : []),
    { do: 'edit_task' },
  ];
  const isRepeated = isFinal(run.status) && canRepeat(run);
  const needs: Partial<Record<Remedy, boolean>> = {
    retry_here: isRepeated,
    skip_task: isRepeated,
    give_input: isRepeated,
    edit_task: run.workflow_id !== null,
    allow_more_time: run.workflow_id !== null,
    accept_it: run.workflow_id !== null,
    open_folder: Boolean(run.folder?.path),
  };
  const all = [...helping, ...always].filter((step) => needs[step.do] ?? true);
  return all.filter((step, index) => all.findIndex((one) => one.do === step.do) === index);
}

interface StepProps {
  step: NextStep;
  run: ShownRun;
  task: RunTask;
  look: 'primary' | 'plain' | 'quiet';
  isAsking: boolean;
  onTest: () => void;
  onRetry: (wish: RetryWish) => void;
  onMessages: () => void;
}

/** One of the steps, as the button that takes it. */
function Step({ step, run, task, look, isAsking, onTest, onRetry, onMessages }: StepProps) {
  const navigate = useNavigate();
  const name = visible(step.of ?? '');
  if (step.do === 'unlock') return <UnlockButton look={look} icon="key" />;
  const here: Partial<Record<Remedy, Act>> = {
    test_connection: { icon: 'plug', words: m.connection_test_named({ name }), run: onTest },
    read_messages: { icon: 'activity', words: m.remedy_read_messages(), run: onMessages },
    retry_here: {
      icon: 'undo',
      words: m.run_retry_here(),
      run: () => onRetry({ from: task.id }),
      testid: 'retry-here',
    },
    skip_task: {
      icon: 'skip',
      words: m.run_skip_task(),
      run: () => onRetry({ skip: [task.id] }),
    },
    give_input: {
      icon: 'play',
      words: m.remedy_give_input(),
      run: () => onRetry({ from: 'failed', input: true }),
    },
  };
  const act = here[step.do] ?? leading(step, run, task, (to) => void navigate(to));
  return (
    <Button
      look={look}
      icon={act.icon}
      onPress={act.run}
      isPending={step.do === 'test_connection' && isAsking}
      data-testid={act.testid ?? `step-${step.do}`}
    >
      {act.words}
    </Button>
  );
}

interface Act {
  icon: IconName;
  words: string;
  run: () => void;
  testid?: string;
}

/** A step that is taken at another place of the window. */
function leading(step: NextStep, run: ShownRun, task: RunTask, go: (to: LinkOptions) => void): Act {
  const of = step.of ?? '';
  const inTask = () =>
    go(documentLink('workflow', run.workflow_id ?? '', { at: placeOfId(task.id), field: step.of }));
  const connections = (search: { tab?: 'secrets' | 'rules'; enter?: string }) => () =>
    go({ to: '/connections', search });
  switch (step.do) {
    case 'edit_connection':
      return {
        icon: 'plug',
        words: m.connection_mend({ name: visible(of) }),
        run: connections({ enter: of }),
      };
    case 'open_connections':
      return { icon: 'plug', words: m.remedy_open_connections(), run: connections({}) };
    case 'edit_rules':
      return { icon: 'right', words: m.remedy_edit_rules(), run: connections({ tab: 'rules' }) };
    case 'enter_secret':
      return {
        icon: 'key',
        words: m.remedy_enter_secret(),
        run: connections({ tab: 'secrets', enter: of }),
      };
    case 'open_secrets':
      return { icon: 'key', words: m.remedy_open_secrets(), run: connections({ tab: 'secrets' }) };
    case 'allow_more_time':
      return { icon: 'clock', words: m.remedy_allow_more_time(), run: inTask };
    case 'accept_it':
      return { icon: 'check', words: m.remedy_accept_it(), run: inTask };
    case 'open_workflow':
      return {
        icon: 'flow',
        words: m.remedy_open_workflow(),
        run: () => go(documentLink('workflow', of)),
      };
    case 'open_run':
      return {
        icon: 'runs',
        words: task.child === of ? m.task_open_child() : m.remedy_open_run(),
        run: () => go({ to: '/runs/$id', params: { id: of } }),
      };
    case 'open_folder':
      return {
        icon: 'folder',
        words: m.preflight_open_folder(),
        run: () => go({ to: '/task-folders/$id', params: { id: run.folder?.id ?? '' } }),
        testid: 'open-task-folder',
      };
    case 'free_space':
      return { icon: 'trash', words: m.remedy_free_space(), run: () => go({ to: '/settings' }) };
    case 'settle_writes':
      return { icon: 'home', words: m.remedy_settle_writes(), run: () => go({ to: '/' }) };
    case 'save_diagnostics':
      return {
        icon: 'export',
        words: m.remedy_save_diagnostics(),
        run: () => go({ to: '/settings' }),
      };
    default:
      return {
        icon: 'flow',
        words: m.task_open_definition(),
        run: inTask,
        testid: 'open-definition',
      };
  }
}
