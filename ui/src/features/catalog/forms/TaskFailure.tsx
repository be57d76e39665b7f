import type { Option } from '@/components';
import { m } from '@/i18n';
import { isObject } from '../draft/edits';
import { BoundLength } from './BoundLength';
import { BoundChoice, BoundNumber, BoundYesNo } from './bound';
import { Fold, startOf } from './Fold';
import styles from './forms.module.css';
import { Named } from './Named';
import { RestOf } from './OtherFields';
import type { Scope } from './scope';
import { WordList } from './WordList';

/** What happens when a task goes wrong: how often it is tried, what is done instead, what puts it right. */
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
    <Fold title={m.task_failure()} start={startOf(scope, keys)}>
      <div className={styles.grid}>
        <Named field="timeout">
          <BoundLength
            scope={scope}
            path={['timeout']}
            label={m.field_timeout()}
            placeholder={m.no_limit()}
            data-testid="task-timeout"
          />
        </Named>
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
            <BoundLength
              scope={scope}
              path={['retry', 'delay']}
              label={m.field_retry_delay()}
              placeholder="1"
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
          absent={m.compensate_none()}
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
      {isObject(retry) && (
        <RestOf scope={scope} name="retry" shown={['limit', 'delay', 'backoff', 'jitter', 'on']} />
      )}
    </Fold>
  );
}
