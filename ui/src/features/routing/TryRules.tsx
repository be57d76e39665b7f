import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Card, Choice } from '@/components';
import fields from '@/components/fields.module.css';
import { m, visible } from '@/i18n';
import { actionWords } from '../catalog/forms/actions';
import { WorkflowPick } from '../runs/WorkflowPick';
import { Explanation } from './Explanation';
import { tasksQuery } from './queries';
import styles from './RulesTab.module.css';
import type { inputOf } from './rulesDraft';

interface Props {
  /** The rules as they are being changed; absent: those that are kept. */
  routes: ReturnType<typeof inputOf> | undefined;
}

/** Which source a task would get by the rules as they stand on the page. */
export function TryRules({ routes }: Props) {
  const [workflow, setWorkflow] = useState<string>();
  const [picked, setPicked] = useState<string | null>(null);
  const found = useQuery({ ...tasksQuery(workflow ?? ''), enabled: workflow !== undefined });
  const tasks = found.data ?? [];
  const task = tasks.find(({ id }) => id === picked) ?? tasks[0];
  return (
    <Card title={m.rule_try()} data-testid="rules-try">
      <div className={styles.try}>
        <p className={styles.quiet}>{routes ? m.rule_try_unsaved() : m.rule_try_hint()}</p>
        <div className={styles.asked}>
          <div className={fields.field}>
            <span className={fields.label} aria-hidden="true">
              {m.run_column_workflow()}
            </span>
            <WorkflowPick value={workflow} onChange={setWorkflow} />
          </div>
          {workflow !== undefined && (
            <Choice
              label={m.rule_try_task()}
              value={task?.id ?? null}
              options={tasks.map(({ id, name, action }) => ({
                value: id,
                label: visible(name),
                detail: actionWords(action),
              }))}
              onChange={setPicked}
              placeholder={m.nothing_to_pick()}
              isDisabled={tasks.length === 0}
              data-testid="try-task"
            />
          )}
        </div>
        {workflow !== undefined && task && (
          <Explanation asked={{ workflow, task: task.id, routes }} />
        )}
      </div>
    </Card>
  );
}
