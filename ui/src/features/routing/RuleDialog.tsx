import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Choice, Dialog, type Option, Spring } from '@/components';
import fields from '@/components/fields.module.css';
import { begun, label, m, visible } from '@/i18n';
import type { ActionRow, SourceRow, When } from '@/ipc';
import { actionsQuery, actionWords } from '../catalog/forms/actions';
import { WorkflowPick } from '../runs/WorkflowPick';
import styles from './RulesTab.module.css';
import type { DraftRule } from './rulesDraft';
import { actionsWords, dataKinds, isType, latencies, TYPES, volumes } from './words';

interface Props {
  /** The rule to change; absent for a new one. */
  rule: DraftRule | undefined;
  sources: readonly SourceRow[];
  onClose: () => void;
  onRemove?: () => void;
  onDone: (when: When, source: string) => void;
}

/** The value of a condition that is none. */
const ANY = '';

/** When a rule applies, and which source it takes. */
export function RuleDialog({ rule, sources, onClose, onRemove, onDone }: Props) {
  const actions = useQuery(actionsQuery()).data ?? [];
  const [when, setWhen] = useState<When>(rule?.when ?? {});
  const [source, setSource] = useState<string | null>(rule?.source ?? null);
  const asked = (key: keyof When, name: string, options: readonly Option[]) => (
    <Choice
      label={name}
      value={when[key] ?? ANY}
      options={[{ value: ANY, label: begun(m.rule_any()) }, ...withOwn(options, when[key])]}
      onChange={(value) => setWhen({ ...when, [key]: value === ANY ? undefined : value })}
      data-testid={`rule-${key}`}
    />
  );
  const done = () => source !== null && onDone(when, source);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={rule ? m.rule_edit_title() : m.rule_new_title()}
      subtitle={m.rule_dialog_words()}
      onEnter={done}
      data-testid="dialog-rule"
      foot={
        <>
          {onRemove && (
            <Button look="quiet" icon="trash" onPress={onRemove} data-testid="rule-remove">
              {m.rule_remove()}
            </Button>
          )}
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={done}
            isDisabled={source === null}
            data-testid="rule-done"
          >
            {rule ? m.rule_done() : m.add()}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <p className={styles.group}>{m.rule_when()}</p>
        {asked('dataKind', m.field_data_kind(), dataKinds().map(atTheBeginning))}
        {asked('action', m.field_action(), actionOptions(actions))}
        {asked('latency', m.field_latency(), latencies().map(atTheBeginning))}
        {asked('volume', m.field_volume(), volumes().map(atTheBeginning))}
        <div className={`${fields.field} ${styles.wide}`}>
          <span className={fields.label} aria-hidden="true">
            {m.run_column_workflow()}
          </span>
          <WorkflowPick
            value={when.workflow ?? undefined}
            onChange={(workflow) => setWhen({ ...when, workflow })}
            all={m.rule_any_workflow()}
          />
        </div>
        <p className={styles.group}>{m.rule_then()}</p>
        <div className={styles.wide}>
          <Choice
            label={m.field_data_source()}
            value={source}
            options={sourceOptions(sources, source)}
            onChange={setSource}
            placeholder={m.rule_choose_source()}
            data-testid="rule-source"
          />
        </div>
      </div>
    </Dialog>
  );
}

function atTheBeginning(option: Option): Option {
  return { ...option, label: begun(option.label) };
}

/** The options, with what stands there although it is none of them. */
function withOwn(options: readonly Option[], own: string | null | undefined): Option[] {
  const isKnown = !own || options.some(({ value }) => value === own);
  return isKnown ? [...options] : [...options, { value: own, label: visible(own) }];
}

/** What uses a data source: whole families first. */
function actionOptions(actions: readonly ActionRow[]): Option[] {
  const using = actions.filter(({ sources }) => sources.length > 0).map(({ name }) => name);
  const families = using.map((name) => `${name.split('.')[0]}.*`);
  const several = families.filter((family, at) => families.indexOf(family) !== at);
  return [
    ...[...new Set(several)].map((value) => ({
      value,
      label: begun(actionsWords(value)),
      detail: value,
    })),
    ...using.map((value) => ({ value, label: actionWords(value), detail: value })),
  ];
}

/** Types, then connections by their names. */
function sourceOptions(sources: readonly SourceRow[], own: string | null): Option[] {
  const types = TYPES.filter((type) => isType(type, sources)).map((value) => ({
    value,
    label: label('source_kind_short', value),
    detail: m.rule_any_of_type(),
  }));
  const named = sources.map(({ name, type }) => ({
    value: name,
    label: visible(name),
    detail: label('source_kind_short', type),
  }));
  return withOwn([...types, ...named], own);
}
