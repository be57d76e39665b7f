import type { Option } from '@/components';
import { m } from '@/i18n';
import type { Path } from '../draft/edits';
import { BoundChoice, BoundText } from './bound';
import styles from './forms.module.css';
import { ObjectRows } from './ObjectRows';
import { OtherFields } from './OtherFields';
import { otherKeys, type Scope } from './scope';

interface Props {
  scope: Scope;
  path: Path;
  label: string;
  /** The tasks a way can lead to. */
  choices: readonly Option[];
  'data-testid'?: string;
}

/** The ways of a branch: the first whose condition holds is taken. */
export function CaseList({ choices, ...props }: Props) {
  return (
    <ObjectRows
      {...props}
      addLabel={m.case_add()}
      fresh={() => ({ condition: '', task: '' })}
      row={(way) => (
        <>
          <div className={styles.narrowGrid}>
            <BoundText scope={way} path={['condition']} label={m.field_condition()} face="code" />
            <BoundChoice scope={way} path={['task']} label={m.case_task()} options={[...choices]} />
          </div>
          <OtherFields scope={way} keys={otherKeys(way.view, ['condition', 'task'])} />
        </>
      )}
    />
  );
}
