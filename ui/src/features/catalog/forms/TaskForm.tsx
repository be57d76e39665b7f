import { type Option, PickMany } from '@/components';
import { m } from '@/i18n';
import { insert, isObject, remove, set } from '../draft/edits';
import { BoundArea, BoundText } from './bound';
import { Fold } from './Fold';
import { OtherFields } from './OtherFields';
import type { RowsScope } from './rows';
import { asText, nameText, otherKeys, type Scope, spelled } from './scope';
import { TaskAction } from './TaskAction';
import { TaskFailure } from './TaskFailure';
import { TaskId } from './TaskId';
import { TaskPlace } from './TaskPlace';
import { TaskTiming } from './TaskTiming';
import { afterKey, beginsAtOnce } from './taskOrder';
import { WordList } from './WordList';

const KNOWN = [
  'id',
  'description',
  'action',
  'params',
  'runAfter',
  'condition',
  'priority',
  'timeout',
  'retry',
  'idempotent',
  'onFailure',
  'compensate',
  'allowFallback',
  'capabilities',
  'dataSource',
  'autoSelect',
  'dataKind',
  'latency',
  'volume',
  'checklist',
  'deliverables',
  'order',
  'order_index',
];

interface Props {
  scope: Scope;
  index: number;
  tasks: RowsScope;
}

/** A task: what it does, after which others, when, where, and what happens if it fails. */
export function TaskForm({ scope, index, tasks }: Props) {
  const { view } = scope;
  const others = otherKeys(view, [
    ...KNOWN,
    spelled(view, 'name', 'title'),
    afterKey(isObject(view) ? view : undefined),
  ]);
  const choices = tasks.rows.flatMap((row, place): Option[] => {
    const id = asText(row.id);
    return place === index || id === ''
      ? []
      : [{ value: id, label: nameText(row.name) || nameText(id), detail: id }];
  });
  return (
    <>
      <BoundText
        scope={scope}
        path={[spelled(view, 'name', 'title')]}
        label={m.field_name()}
        data-testid="task-name"
      />
      <TaskAction scope={scope} choices={choices} />
      <Dependencies
        scope={scope}
        choices={choices}
        none={beginsAtOnce(tasks.rows, index) ? m.turn_at_once() : undefined}
      />
      {(isObject(view) ? 'description' in view : false) && (
        <BoundArea scope={scope} path={['description']} label={m.field_description()} rows={2} />
      )}
      {scope.at(['checklist']) !== undefined && (
        <WordList
          scope={scope}
          path={['checklist']}
          label={m.checklist()}
          addLabel={m.checklist_add()}
        />
      )}
      {scope.at(['deliverables']) !== undefined && (
        <WordList
          scope={scope}
          path={['deliverables']}
          label={m.deliverables()}
          addLabel={m.deliverable_add()}
        />
      )}
      <TaskTiming scope={scope} />
      <TaskFailure scope={scope} choices={choices} />
      <TaskPlace scope={scope} />
      <Fold title={m.more_fields()} start={others.length > 0 ? 'open' : 'closed'}>
        <TaskId key={asText(scope.at(['id']))} scope={scope} index={index} tasks={tasks} />
        <OtherFields scope={scope} keys={others} adding="offered" />
      </Fold>
    </>
  );
}

interface DependenciesProps {
  scope: Scope;
  choices: Option[];
  /** What it means that there are none. */
  none: string | undefined;
}

function Dependencies({ scope, choices, none }: DependenciesProps) {
  const path = [afterKey(isObject(scope.view) ? scope.view : undefined)];
  const value = scope.at(path);
  const isList = Array.isArray(value);
  const values = isList
    ? value.map(asText)
    : value === undefined || value === null
      ? []
      : [asText(value)];
  return (
    <PickMany
      label={m.field_depends_on()}
      options={choices}
      values={values}
      onAdd={(id) =>
        scope.edit([isList ? insert(path, values.length, id) : set(path, [...values, id])])
      }
      onRemove={(place) => scope.edit([isList ? remove([...path, place]) : remove(path)])}
      hint={values.length === 0 ? none : undefined}
      notes={scope.notes(path, 'inside')}
      data-testid="task-after"
    />
  );
}
