import type { Option } from '@/components';
import { m } from '@/i18n';
import { isObject } from '../draft/edits';
import { BoundArea, BoundChoice, BoundNumber, BoundText, BoundYesNo } from './bound';
import { Fold } from './Fold';
import styles from './forms.module.css';
import { asText, type Scope } from './scope';
import { WordList } from './WordList';

/** A part is open where something stands in it. */
function start(scope: Scope, keys: readonly string[]): 'open' | 'closed' {
  return keys.some((key) => scope.at([key]) !== undefined) ? 'open' : 'closed';
}

export function TaskTiming({ scope }: { scope: Scope }) {
  const after: Option[] = [{ value: 'any', label: m.run_after_any() }];
  return (
    <Fold title={m.task_when()} start={start(scope, ['runAfter', 'condition', 'priority'])}>
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

/** Milliseconds in words: what `30000` means to a person. */
export function durationHint(value: unknown): string | undefined {
  if (typeof value !== 'number' || value <= 0) return undefined;
  const [amount, unit] =
    value < 1000
      ? [value, 'ms']
      : value < 60_000
        ? [value / 1000, 's']
        : value < 3_600_000
          ? [value / 60_000, 'min']
          : [value / 3_600_000, 'h'];
  return `= ${Math.round(amount * 100) / 100} ${unit}`;
}

export function TaskFailure({ scope, choices }: { scope: Scope; choices: readonly Option[] }) {
  const keys = ['timeout', 'retry', 'onFailure', 'compensate', 'allowFallback', 'idempotent'];
  const retry = scope.at(['retry']);
  const failure: Option[] = [
    { value: 'stop', label: m.on_failure_stop() },
    { value: 'continue', label: m.on_failure_continue() },
    ...choices.map((choice) => ({
      value: `fallback:${choice.value}`,
      label: m.on_failure_fallback({ name: choice.label }),
    })),
  ];
  return (
    <Fold title={m.task_failure()} start={start(scope, keys)}>
      <div className={styles.grid}>
        <BoundNumber
          scope={scope}
          path={['timeout']}
          label={m.field_timeout()}
          placeholder={m.no_limit()}
          hint={durationHint(scope.at(['timeout']))}
        />
        {isObject(retry) ? (
          <BoundNumber
            scope={scope}
            path={['retry', 'limit']}
            label={m.field_retry()}
            placeholder="0"
          />
        ) : (
          <BoundNumber scope={scope} path={['retry']} label={m.field_retry()} placeholder="0" />
        )}
        {isObject(retry) && (
          <>
            <BoundNumber
              scope={scope}
              path={['retry', 'delay']}
              label={m.field_retry_delay()}
              placeholder="1000"
              hint={durationHint(retry.delay)}
            />
            <BoundNumber
              scope={scope}
              path={['retry', 'backoff']}
              label={m.field_retry_backoff()}
              placeholder="2"
            />
            <BoundYesNo
              scope={scope}
              path={['retry', 'jitter']}
              label={m.field_retry_jitter()}
              absent={m.yes_by_default()}
            />
          </>
        )}
        <BoundChoice
          scope={scope}
          path={['onFailure']}
          label={m.field_on_failure()}
          options={failure}
          absent={m.on_failure_stop()}
        />
        <BoundChoice
          scope={scope}
          path={['compensate']}
          label={m.field_compensate()}
          options={choices}
          absent={m.none()}
        />
        <BoundYesNo
          scope={scope}
          path={['allowFallback']}
          label={m.field_allow_fallback()}
          absent={m.no_by_default()}
        />
        <BoundYesNo
          scope={scope}
          path={['idempotent']}
          label={m.field_idempotent()}
          absent={m.by_action()}
        />
      </div>
      {isObject(retry) && retry.on !== undefined && (
        <WordList
          scope={scope}
          path={['retry', 'on']}
          label={m.field_retry_on()}
          addLabel={m.add()}
        />
      )}
    </Fold>
  );
}

const words = (values: readonly string[], say: (value: string) => string): Option[] =>
  values.map((value) => ({ value, label: say(value) }));

export function TaskPlace({ scope }: { scope: Scope }) {
  const keys = ['dataSource', 'autoSelect', 'dataKind', 'latency', 'volume', 'capabilities'];
  const kinds: Record<string, () => string> = {
    business: m.data_kind_business,
    cache: m.data_kind_cache,
    temporary: m.data_kind_temporary,
    history: m.data_kind_history,
    log: m.data_kind_log,
    search: m.data_kind_search,
  };
  return (
    <Fold title={m.task_place()} start={start(scope, keys)}>
      <div className={styles.grid}>
        <BoundText
          scope={scope}
          path={['dataSource']}
          label={m.field_data_source()}
          placeholder={m.chosen_by_rules()}
        />
        <BoundYesNo
          scope={scope}
          path={['autoSelect']}
          label={m.field_auto_select()}
          absent={m.yes_by_default()}
        />
        <BoundChoice
          scope={scope}
          path={['dataKind']}
          label={m.field_data_kind()}
          options={words(Object.keys(kinds), (kind) => kinds[kind]?.() ?? kind)}
          absent={m.not_said()}
        />
        <BoundChoice
          scope={scope}
          path={['latency']}
          label={m.field_latency()}
          options={[
            { value: 'low', label: m.latency_low() },
            { value: 'normal', label: m.latency_normal() },
          ]}
          absent={m.not_said()}
        />
        <BoundChoice
          scope={scope}
          path={['volume']}
          label={m.field_volume()}
          options={[
            { value: 'small', label: m.volume_small() },
            { value: 'medium', label: m.volume_medium() },
            { value: 'large', label: m.volume_large() },
          ]}
          absent={m.not_said()}
        />
      </div>
      {asText(scope.at(['capabilities'])) !== '' && (
        <WordList
          scope={scope}
          path={['capabilities']}
          label={m.field_capabilities()}
          addLabel={m.add()}
        />
      )}
      {scope.at(['note']) !== undefined && <BoundArea scope={scope} path={['note']} label="note" />}
    </Fold>
  );
}
