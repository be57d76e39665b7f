import { expect, it } from 'vitest';
import { placeAt, placeOfId } from './place';
import type { Lists } from './WorkflowForm';

const lists = {
  stages: { rows: [{ id: 'sort' }, { name: 'Count' }] },
  tasks: { rows: [{ id: 'write' }, { id: 'load' }] },
  nodes: ['start', 'end'],
} as unknown as Lists;

it.each([
  ['load', 'tasks/1'],
  ['sort', 'stages/0'],
  ['Count', 'stages/1'],
  ['end', 'nodes/end'],
  ['gone', undefined],
])('finds the step %s where it is now', (id, place) => {
  expect(placeAt(lists, placeOfId(id))).toBe(place);
});

it('leaves a place as it is', () => {
  expect(placeAt(lists, 'tasks/7')).toBe('tasks/7');
});
