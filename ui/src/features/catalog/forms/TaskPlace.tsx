import type { Option } from '@/components';
import { m } from '@/i18n';
import { BoundChoice, BoundYesNo } from './bound';
import { Fold, startOf } from './Fold';
import styles from './forms.module.css';
import { asText, type Scope } from './scope';
import { WordList } from './WordList';

const words = (values: readonly string[], say: (value: string) => string): Option[] =>
  values.map((value) => ({ value, label: say(value) }));

/** Where a task runs: on which data source, or by what one is chosen. */
export function TaskPlace({ scope }: { scope: Scope }) {
  const keys = ['autoSelect', 'dataKind', 'latency', 'volume', 'capabilities'];
  const kinds: Record<string, () => string> = {
    business: m.data_kind_business,
    cache: m.data_kind_cache,
    temporary: m.data_kind_temporary,
    history: m.data_kind_history,
    log: m.data_kind_log,
    search: m.data_kind_search,
  };
  return (
    <Fold title={m.task_place()} start={startOf(scope, keys)}>
      <div className={styles.grid}>
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
    </Fold>
  );
}
