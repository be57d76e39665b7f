import { useQuery } from '@tanstack/react-query';
import type { Option } from '@/components';
import { m } from '@/i18n';
import type { ActionRow } from '@/ipc';
import { sourcesQuery } from '../../connections/queries';
import { SourceReason } from '../../routing/SourceReason';
import { useDraft, useDraftText } from '../draft/DraftContext';
import { isObject } from '../draft/edits';
import { actionsQuery, actionWords } from './actions';
import { BoundChoice } from './bound';
import styles from './forms.module.css';
import { Named } from './Named';
import { JsonField, OtherFields } from './OtherFields';
import { Parameter } from './Parameter';
import { asText, inside, otherKeys, type Scope } from './scope';

interface Props {
  scope: Scope;
  /** The other tasks, for parameters that name one. */
  choices: readonly Option[];
}

/** What a task does, on which data source, and with what. */
export function TaskAction({ scope, choices }: Props) {
  const actions = useQuery(actionsQuery()).data ?? [];
  const name = scope.at(['action']);
  const action = actions.find((one) => one.name === name);
  const params = inside(scope, ['params']);
  const isPlain = params.view === undefined || isObject(params.view);
  const known = action?.params ?? [];
  const sources = useQuery(sourcesQuery()).data ?? [];
  // What no connection can do is not offered; a task that has it keeps it.
  const isOffered = (one: ActionRow) =>
    one.name === name ||
    one.sources.length === 0 ||
    one.sources.some((type) => sources.some((source) => source.type === type));
  const hasSource = (action?.sources.length ?? 0) > 0 || asText(scope.at(['dataSource'])) !== '';
  return (
    <>
      <div className={styles.grid}>
        <div className={hasSource ? undefined : styles.wide} data-field="action">
          <BoundChoice
            scope={scope}
            path={['action']}
            label={m.field_action()}
            options={actions.filter(isOffered).map((one) => ({
              value: one.name,
              label: actionWords(one.name),
              detail: one.name,
            }))}
            absent={m.action_none()}
            data-testid="task-action"
          />
        </div>
        {hasSource && <DataSource scope={scope} fits={action?.sources ?? []} />}
      </div>
      {!isPlain && <JsonField scope={scope} path={['params']} label={m.field_params()} />}
      {isPlain && (known.length > 0 || isObject(params.view)) && (
        <div className={styles.others}>
          {known.map((param) => (
            <Named key={`${asText(name)} ${param.name}`} field={`params.${param.name}`}>
              <Parameter scope={params} action={asText(name)} param={param} choices={choices} />
            </Named>
          ))}
          <OtherFields
            scope={params}
            keys={otherKeys(
              params.view,
              known.map((param) => param.name),
            )}
          />
        </div>
      )}
    </>
  );
}

/** The connection a task works on; without one the rules choose. */
function DataSource({ scope, fits }: { scope: Scope; fits: readonly string[] }) {
  const sources = useQuery(sourcesQuery()).data ?? [];
  const able = sources.filter((source) => fits.length === 0 || fits.includes(source.type));
  return (
    <div data-field="dataSource">
      <BoundChoice
        scope={scope}
        path={['dataSource']}
        label={m.field_data_source()}
        options={able.map((source) => ({
          value: source.name,
          label: source.name,
          detail: source.type,
        }))}
        absent={m.chosen_by_rules()}
        data-testid="task-source"
      />
      <SourceReason
        workflow={asText(useDraft().at(['id']))}
        task={asText(scope.at(['id']))}
        text={useDraftText()}
      />
    </div>
  );
}
