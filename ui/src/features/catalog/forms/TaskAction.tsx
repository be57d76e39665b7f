import { Button, type Option } from '@/components';
import { label, m, words } from '@/i18n';
import { isObject } from '../draft/edits';
import { BoundArea, BoundChoice, BoundNumber, BoundText } from './bound';
import styles from './forms.module.css';
import { JsonField, OtherFields } from './OtherFields';
import { inside, otherKeys, type Scope } from './scope';
import { WordList } from './WordList';

/** The actions of contracts.md in the order in which people look for them. */
const ACTIONS = [
  'manual',
  'sql.query',
  'sql.execute',
  'record.find',
  'record.get',
  'record.add',
  'record.update',
  'record.delete',
  'record.search',
  'http.request',
  'redis.command',
  'elasticsearch.request',
  'file.write',
  'file.copy',
  'program.run',
  'workflow.run',
  'wait',
  'branch',
];

const RECORD = ['table', 'key'];
/** The parameters of each action; `…` are shown as JSON, `_` as several lines. */
const PARAMETERS: Record<string, readonly string[]> = {
  'sql.query': ['_sql', '…args'],
  'sql.execute': ['_sql', '…args'],
  'record.add': [...RECORD, '…values'],
  'record.update': [...RECORD, '…values'],
  'record.get': RECORD,
  'record.delete': RECORD,
  'record.find': ['table', '…where', '#limit'],
  'record.search': ['table', 'text', '#limit'],
  'redis.command': ['…command'],
  'elasticsearch.request': ['method', 'path', '…body'],
  'http.request': ['method', 'url', '…headers', '…body'],
  'file.write': ['path', '_text'],
  'file.copy': ['from', 'to'],
  'program.run': ['program', '…args', '…env'],
  wait: ['#ms'],
  'workflow.run': ['workflow', '…context'],
  branch: ['…when'],
  manual: ['_instruction', '*checklist', '…fields'],
};

/** An action as people call it; one of another tool keeps its own name. */
export function actionWords(action: string): string {
  return words(`action_${action.replaceAll('.', '_')}`) ?? action;
}

/** What a task does and with what. */
export function TaskAction({ scope }: { scope: Scope }) {
  const action = scope.at(['action']);
  const parameters = typeof action === 'string' ? (PARAMETERS[action] ?? []) : [];
  const params = inside(scope, ['params']);
  const names = parameters.map((parameter) => parameter.replace(/^[_…#*]/, ''));
  const options: Option[] = ACTIONS.map((name) => ({
    value: name,
    label: actionWords(name),
    detail: name,
  }));
  const isPlain = params.view === undefined || isObject(params.view);
  return (
    <>
      <BoundChoice
        scope={scope}
        path={['action']}
        label={m.field_action()}
        options={options}
        absent={m.action_none()}
        data-testid="task-action"
      />
      {!isPlain && <JsonField scope={scope} path={['params']} label={m.field_params()} />}
      {isPlain && (parameters.length > 0 || isObject(params.view)) && (
        <div className={styles.others}>
          {parameters.map((parameter) => (
            <Parameter key={parameter} scope={params} parameter={parameter} />
          ))}
          <OtherFields scope={params} keys={otherKeys(params.view, names)} />
        </div>
      )}
    </>
  );
}

function Parameter({ scope, parameter }: { scope: Scope; parameter: string }) {
  const kind = parameter[0];
  const name = parameter.replace(/^[_…#*]/, '');
  const value = scope.at([name]);
  const common = { scope, path: [name], label: label('param', name) };
  const isText = value === undefined || typeof value === 'string';
  if (kind === '*')
    return (
      <WordList scope={scope} path={[name]} label={common.label} addLabel={m.checklist_add()} />
    );
  if (kind === '#') return <BoundNumber {...common} />;
  if (kind === '_' && isText) {
    return <BoundArea {...common} rows={4} face={name === 'sql' ? 'code' : 'text'} />;
  }
  if (kind === '…' || !isText) {
    if (value === undefined) {
      return <OptionalJson {...common} onAdd={(empty) => scope.put([name], empty)} name={name} />;
    }
    return <JsonField {...common} />;
  }
  return <BoundText {...common} />;
}

/** Parameters that are lists; the others that are shown as JSON are objects. */
const LISTS = ['args', 'command', 'when', 'fields'];

function OptionalJson({
  label: words,
  name,
  onAdd,
}: {
  label: string;
  name: string;
  onAdd: (value: unknown) => void;
}) {
  return (
    <div>
      <Button look="quiet" icon="plus" onPress={() => onAdd(LISTS.includes(name) ? [] : {})}>
        {words}
      </Button>
    </div>
  );
}
