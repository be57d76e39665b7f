import { useState } from 'react';
import { Button, Card, Empty } from '@/components';
import { m } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { isObject } from '../draft/edits';
import { addRow } from './addRow';
import { DetailPanel } from './DetailPanel';
import styles from './forms.module.css';
import { GeneralCard } from './GeneralCard';
import { OtherFields } from './OtherFields';
import { Problems } from './Problems';
import { placeAt } from './place';
import { RowsCard } from './RowsCard';
import { type RowsScope, rowsAt } from './rows';
import { otherKeys, type Scope, spelled } from './scope';
import { TwoPanes } from './TwoPanes';

/** Keys of a workflow that have a control of their own. */
const KNOWN = [
  'id',
  'type',
  'description',
  'priority',
  'trigger',
  'schedule',
  'event',
  'watch',
  'stages',
  'stages_data',
  'tasks',
  'transitions',
  'nodes',
  'edges',
];

/** The lists of a workflow that are shown as rows, by the word that names them in the address. */
export type ListName = 'stages' | 'tasks' | 'transitions' | 'nodes' | 'edges';

/** The lists a row can be added to. */
export type AddedTo = Exclude<ListName, 'nodes'>;

export interface Lists {
  stages: RowsScope | null;
  tasks: RowsScope | null;
  transitions: RowsScope | null;
  edges: RowsScope | null;
  nodes: string[];
}

export function listsOf(scope: Scope): Lists {
  const { view } = scope;
  const stagesKey = spelled(view, 'stages', 'stages_data');
  const nodes = scope.at(['nodes']);
  return {
    stages: rowsAt(scope, [stagesKey]),
    tasks: rowsAt(scope, ['tasks']),
    transitions: rowsAt(scope, ['transitions']),
    edges: rowsAt(scope, ['edges']),
    nodes: isObject(nodes) ? Object.keys(nodes) : [],
  };
}

/** Keys of lists that are there but cannot be shown as rows: they stand with the other fields. */
function unshownLists(scope: Scope, lists: Lists): string[] {
  const stages = spelled(scope.view, 'stages', 'stages_data');
  const shown = [
    lists.stages && stages,
    lists.tasks && 'tasks',
    lists.transitions && 'transitions',
    lists.edges && 'edges',
    lists.nodes.length > 0 && 'nodes',
  ];
  return ['stages', 'stages_data', 'tasks', 'transitions', 'edges', 'nodes'].filter(
    (key) => scope.at([key]) !== undefined && !shown.includes(key),
  );
}

interface Props {
  /** What is open at the side, such as `tasks/2` or `id:load`. */
  at: string | undefined;
  /** The field of it that is looked for, such as `params.url`. */
  field?: string | undefined;
  onAt: (at: string) => void;
}

/** A workflow as a form: what it is, its stages and tasks in order, the chosen one beside them. */
export function WorkflowForm({ at, field, onAt }: Props) {
  const draft = useDraft();
  const lists = listsOf(draft);
  const known = [
    ...KNOWN,
    spelled(draft.view, 'name', 'title'),
    spelled(draft.view, 'maxConcurrent', 'max_concurrent'),
    spelled(draft.view, 'taskFolder', 'task_folder'),
  ];
  const others = [...otherKeys(draft.view, known), ...unshownLists(draft, lists)];
  const open = (at && placeAt(lists, at)) ?? firstRow(lists);
  const [added, setAdded] = useState<string>();
  const add = (name: AddedTo) => {
    const place = addRow(lists, name);
    setAdded(place);
    if (place) onAt(place);
  };
  const isEmpty =
    !lists.stages?.rows.length && !lists.tasks?.rows.length && lists.nodes.length === 0;
  const show = (name: ListName) => (lists[name as 'stages']?.rows.length ?? 0) > 0;
  return (
    <TwoPanes
      narrow="stack"
      sideKey={open}
      main={
        <>
          <GeneralCard />
          {isEmpty && (
            <Card>
              <Empty
                icon="flow"
                title={m.flow_nothing_in_it()}
                actions={
                  <>
                    <Button icon="plus" onPress={() => add('stages')} data-testid="add-stages">
                      {m.stage_add()}
                    </Button>
                    <Button
                      look="primary"
                      icon="plus"
                      onPress={() => add('tasks')}
                      data-testid="add-tasks"
                    >
                      {m.task_add()}
                    </Button>
                  </>
                }
              >
                {m.flow_nothing_in_it_hint()}
              </Empty>
            </Card>
          )}
          {(['stages', 'tasks', 'nodes', 'transitions', 'edges'] as const).map((name) =>
            (name === 'nodes' ? lists.nodes.length > 0 : show(name)) ? (
              <RowsCard
                key={name}
                name={name}
                lists={lists}
                open={open}
                onOpen={onAt}
                onAdd={add}
              />
            ) : null,
          )}
          {!isEmpty && show('stages') && !show('transitions') && (
            <div>
              <Button look="quiet" icon="plus" onPress={() => add('transitions')}>
                {m.transition_add()}
              </Button>
            </div>
          )}
          {others.length > 0 && (
            <Card title={m.other_fields()} aside={m.other_fields_hint()}>
              <div className={styles.form} style={{ paddingTop: 0 }}>
                <OtherFields scope={draft} keys={others} adding="offered" />
              </div>
            </Card>
          )}
        </>
      }
      foot={
        <Problems
          onGo={({ path }) => onAt(rowOf(path) ?? '')}
          canGo={({ path }) => rowOf(path) !== undefined}
        />
      }
      side={
        open ? (
          <DetailPanel
            key={open}
            at={open}
            lists={lists}
            onAt={onAt}
            arrival={open === added ? 'added' : 'chosen'}
            field={field}
          />
        ) : undefined
      }
    />
  );
}

/** The row a problem is in, such as `tasks/2`; none where it is one of the whole. */
function rowOf(pointer: string): string | undefined {
  return /^\/(\w+\/[^/]+)/.exec(pointer)?.[1];
}

function firstRow(lists: Lists): string | undefined {
  for (const name of ['stages', 'tasks'] as const) {
    const first = lists[name]?.order[0];
    if (first !== undefined) return `${name}/${first}`;
  }
  return lists.nodes[0] === undefined ? undefined : `nodes/${lists.nodes[0]}`;
}
