import { Card, Chip, Icon, IconButton } from '@/components';
import { OrderedRows } from '@/components/OrderedRows';
import { begun, counted, m } from '@/i18n';
import type { ViewObject } from '../draft/edits';
import { actionWords } from './actions';
import { moveRow, removeRow } from './addRow';
import { asText, nameText, spelled } from './scope';
import { isOrderedByAfter, taskNames, turnsOf } from './taskOrder';
import { turnWords } from './turnWords';
import type { AddedTo, ListName, Lists } from './WorkflowForm';

interface Props {
  name: ListName;
  lists: Lists;
  /** The row at the side, as `tasks/2`. */
  open: string | undefined;
  onOpen: (at: string) => void;
  onAdd: (name: AddedTo) => void;
}

const TITLES: Record<ListName, () => string> = {
  stages: m.stages,
  tasks: m.tasks,
  transitions: m.transitions,
  nodes: m.nodes,
  edges: m.edges,
};
const ADD: Record<AddedTo, () => string> = {
  stages: m.stage_add,
  tasks: m.task_add,
  transitions: m.transition_add,
  edges: m.edge_add,
};

/** One list of a workflow. */
export function RowsCard({ name, lists, open, onOpen, onAdd }: Props) {
  if (name === 'nodes') {
    const rows = lists.nodes.map((node) => ({
      key: `nodes/${node}`,
      name: nameText(node),
      plainName: nameText(node),
    }));
    return (
      <Card title={m.nodes()} aside={rows.length}>
        <OrderedRows label={m.nodes()} rows={rows} selected={open ?? null} onSelect={onOpen} />
      </Card>
    );
  }
  const list = lists[name];
  if (!list) return null;
  const below = name === 'tasks' ? turnsBelow(list.rows) : [];
  const rows = list.order.map((index) => {
    const row = list.rows[index] ?? {};
    const problems = list
      .row(index)
      .notes([], 'inside')
      .filter((note) => note.tone === 'problem');
    return {
      key: `${name}/${index}`,
      name: nameOf(name, row, lists),
      plainName: nameText(row.name ?? row.id),
      detail: detailOf(name, row),
      below: below[index],
      mark:
        problems.length > 0 ? (
          <Chip tone="fail" icon="warn">
            {counted('problems', problems.length)}
          </Chip>
        ) : undefined,
    };
  });
  const isTextOrder = list.order.every((place, index) => place === index);
  const onMove = (from: number, to: number) => {
    moveRow(lists, name, from, to);
    onOpen(`${name}/${isTextOrder ? to : list.order[from]}`);
  };
  return (
    <Card
      data-testid={`rows-${name}`}
      title={TITLES[name]()}
      aside={
        <>
          {rows.length}
          <IconButton
            icon="plus"
            label={ADD[name]()}
            onPress={() => onAdd(name)}
            data-testid={`add-${name}`}
          />
        </>
      }
    >
      <OrderedRows
        label={TITLES[name]()}
        rows={rows}
        selected={open ?? null}
        onSelect={onOpen}
        onMove={name === 'edges' ? undefined : onMove}
        onRemove={(place) => removeRow(lists, name, list.order[place] ?? place)}
      />
    </Card>
  );
}

/** When each task begins, where that is for the tasks to say and there are several. */
function turnsBelow(rows: readonly ViewObject[]): string[] {
  if (rows.length < 2 || !isOrderedByAfter(rows)) return [];
  const names = taskNames(rows);
  return turnsOf(rows).map((turn) => begun(turnWords(turn, (id) => names.get(id) ?? nameText(id))));
}

function nameOf(list: ListName, row: ViewObject, lists: Lists) {
  if (list === 'transitions' || list === 'edges') {
    const from = stageName(lists, row[spelled(row, 'from', 'from_stage', 'source')]);
    const to = stageName(lists, row[spelled(row, 'to', 'to_stage', 'target')]);
    return (
      <>
        {from || '…'} <span aria-hidden="true">→</span> {to || '…'}
      </>
    );
  }
  return nameText(row.name ?? row.title) || nameText(row.id) || m.unnamed();
}

function stageName(lists: Lists, id: unknown): string {
  const stage = lists.stages?.rows.find((row) => row.id === id);
  return nameText(stage?.name) || nameText(id);
}

function detailOf(list: ListName, row: ViewObject) {
  if (list === 'transitions' || list === 'edges') return nameText(row.condition);
  if (list === 'tasks') {
    return actionWords(asText(row.action ?? row.type));
  }
  const ticks = Array.isArray(row.checklist) ? row.checklist.length : 0;
  const results = Array.isArray(row.deliverables) ? row.deliverables.length : 0;
  return (
    <>
      {ticks > 0 && (
        <span
          title={m.checklist()}
          style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}
        >
          <Icon name="tick_list" size={14} /> {ticks}
        </span>
      )}
      {results > 0 && (
        <span
          title={m.deliverables()}
          style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}
        >
          <Icon name="box" size={14} /> {results}
        </span>
      )}
    </>
  );
}
