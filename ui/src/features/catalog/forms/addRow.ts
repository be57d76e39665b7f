import { m } from '@/i18n';
import { spelled } from './scope';
import { afterForNew, afterKey, chainAfterMove, edgesAround } from './taskOrder';
import type { AddedTo, Lists } from './WorkflowForm';

/** Add a row to the end of a list; gives its place, such as `tasks/2`. A task comes after the one before it. */
export function addRow(lists: Lists, name: AddedTo): string | undefined {
  const list = lists[name];
  if (!list) return undefined;
  const ids = new Set(list.rows.map((row) => row.id));
  const unique = (stem: string) => {
    let number = list.rows.length + 1;
    while (ids.has(`${stem}_${number}`)) number += 1;
    return { id: `${stem}_${number}`, number };
  };
  if (name === 'stages') {
    const { id, number } = unique('stage');
    list.add({
      id,
      name: m.stage_new({ number }),
      description: '',
      checklist: [],
      deliverables: [],
    });
  } else if (name === 'tasks') {
    const { id, number } = unique('task');
    list.add({
      id,
      name: m.task_new({ number }),
      action: 'manual',
      params: {},
      [afterKey(list.rows.at(-1))]: afterForNew(list.rows, list.order),
    });
  } else {
    const like = list.rows[0];
    list.add({ [spelled(like, 'from', 'from_stage')]: '', [spelled(like, 'to', 'to_stage')]: '' });
  }
  return `${name}/${list.rows.length}`;
}

/** Take a row away; tasks that came after it come after what it came after. */
export function removeRow(lists: Lists, name: AddedTo, index: number): void {
  const list = lists[name];
  list?.remove(index, name === 'tasks' ? edgesAround(list.rows, index) : []);
}

/** Move the row shown at one place to another; tasks that follow one another go on doing so. */
export function moveRow(lists: Lists, name: AddedTo, from: number, to: number): void {
  const list = lists[name];
  list?.move(from, to, name === 'tasks' ? chainAfterMove(list.rows, list.order, from, to) : []);
}
