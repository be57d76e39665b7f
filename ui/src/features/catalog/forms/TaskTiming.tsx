import type { Option } from '@/components';
import { m } from '@/i18n';
import { BoundChoice, BoundNumber, BoundText } from './bound';
import { Fold, startOf } from './Fold';
import styles from './forms.module.css';
import type { Scope } from './scope';

/** When a task begins, and before which others. */
export function TaskTiming({ scope }: { scope: Scope }) {
  const after: Option[] = [{ value: 'any', label: m.run_after_any() }];
  return (
    <Fold title={m.task_when()} start={startOf(scope, ['runAfter', 'condition', 'priority'])}>
      <div className={styles.grid}>
        <BoundChoice
          scope={scope}
          path={['runAfter']}
          label={m.field_run_after()}
          options={after}
          absent={m.run_after_success()}
        />
        <BoundNumber
          scope={scope}
          path={['priority']}
          label={m.field_priority()}
          placeholder={m.inherited()}
        />
      </div>
      <BoundText
        scope={scope}
        path={['condition']}
        label={m.field_condition()}
        face="code"
        hint={m.field_condition_hint()}
      />
    </Fold>
  );
}
