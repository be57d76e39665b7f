import { m } from '@/i18n';
import { dataKinds, latencies, volumes } from '../../routing/words';
import { BoundChoice, BoundYesNo } from './bound';
import { Fold, startOf } from './Fold';
import styles from './forms.module.css';
import { asText, type Scope } from './scope';
import { WordList } from './WordList';

/** Where a task runs: on which data source, or by what one is chosen. */
export function TaskPlace({ scope }: { scope: Scope }) {
  const keys = ['autoSelect', 'dataKind', 'latency', 'volume', 'capabilities'];
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
          options={dataKinds()}
          absent={m.not_said()}
        />
        <BoundChoice
          scope={scope}
          path={['latency']}
          label={m.field_latency()}
          options={latencies()}
          absent={m.not_said()}
        />
        <BoundChoice
          scope={scope}
          path={['volume']}
          label={m.field_volume()}
          options={volumes()}
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
