import type { Option } from '@/components';
import { m } from '@/i18n';
import { BoundArea, BoundChoice } from './bound';
import styles from './forms.module.css';
import { OtherFields } from './OtherFields';
import { asText, nameText, otherKeys, type Scope, spelled } from './scope';
import type { Lists } from './WorkflowForm';

/** From where to where, and when. */
export function TransitionForm({ scope, lists }: { scope: Scope; lists: Lists }) {
  const from = spelled(scope.view, 'from', 'from_stage', 'source');
  const to = spelled(scope.view, 'to', 'to_stage', 'target');
  const stages: Option[] = (lists.stages?.rows ?? []).map((row) => ({
    value: asText(row.id),
    label: nameText(row.name) || nameText(row.id),
  }));
  const nodes: Option[] = lists.nodes.map((node) => ({ value: node, label: node }));
  const places = [...stages, ...nodes];
  const ends = places.some((place) => place.value === 'complete')
    ? []
    : [{ value: 'complete', label: m.transition_complete() }];
  const known = [from, to, 'condition', 'description'];
  return (
    <>
      <div className={styles.grid}>
        <BoundChoice scope={scope} path={[from]} label={m.transition_from()} options={places} />
        <BoundChoice
          scope={scope}
          path={[to]}
          label={m.transition_to()}
          options={[...places, ...ends]}
        />
      </div>
      <BoundArea scope={scope} path={['condition']} label={m.field_condition()} rows={2} />
      <BoundArea scope={scope} path={['description']} label={m.field_description()} rows={2} />
      <OtherFields scope={scope} keys={otherKeys(scope.view, known)} adding="offered" />
    </>
  );
}
