import { describe, expect, it } from 'vitest';
import type { Edit } from '@/ipc';
import { applied, type View, valueAt } from '../draft/edits';
import { moveEdits, rowsAt, shownOrder } from './rows';
import type { Scope } from './scope';
import { references } from './TaskId';

/** A document whose edits take effect at once. */
function document(view: View): { scope: Scope; now: () => View } {
  let current = view;
  const edit = (edits: readonly Edit[]) => {
    current = edits.reduce(applied, current);
  };
  const scope: Scope = {
    get view() {
      return current;
    },
    at: (path) => valueAt(current, path),
    spelling: () => undefined,
    edit,
    put: (path, value) =>
      edit([
        value === undefined
          ? { op: 'remove', path: [...path] }
          : ({ op: 'set', path: [...path], value } as Edit),
      ]),
    type: () => undefined,
    typed: () => null,
    watchTyping: () => () => undefined,
    notes: () => [],
  };
  return { scope, now: () => current };
}

describe('the order of rows', () => {
  it('is their own where every row carries one', () => {
    expect(shownOrder([{ order: 2 }, { order: 0 }, { order: 1 }])).toEqual([1, 2, 0]);
    expect(shownOrder([{ order_index: 5 }, { order_index: 3 }])).toEqual([1, 0]);
    expect(shownOrder([{ order: 2 }, {}])).toEqual([0, 1]);
  });

  it('moves text and numbers together where they agree', () => {
    const { scope, now } = document({
      stages: [
        { id: 'a', order: 0 },
        { id: 'b', order: 1 },
        { id: 'c', order: 2 },
      ],
    });
    rowsAt(scope, ['stages'])?.move(0, 2);
    expect(now()).toEqual({
      stages: [
        { id: 'b', order: 0 },
        { id: 'c', order: 1 },
        { id: 'a', order: 2 },
      ],
    });
  });

  it('changes only numbers where the text lies in another order', () => {
    const rows = [
      { id: 'a', order: 1 },
      { id: 'b', order: 0 },
    ];
    const edits = moveEdits(rows, shownOrder(rows), 0, 1);
    expect(edits.map((edit) => edit.op)).toEqual(['set', 'set']);
    expect(shownOrder(edits.reduce(applied, rows) as typeof rows)).toEqual([0, 1]);
  });
});

describe('a list that is kept as a text of JSON', () => {
  it('is shown and edited like any other', () => {
    const { scope, now } = document({ stages_data: '[{"id":"a","name":"x"},{"id":"b"}]' });
    const list = rowsAt(scope, ['stages_data']);
    expect(list?.rows).toEqual([{ id: 'a', name: 'x' }, { id: 'b' }]);
    list?.row(0).put(['name'], 'y');
    list?.move(0, 1);
    expect(now()).toEqual({ stages_data: '[{"id":"b"},{"id":"a","name":"y"}]' });
    expect(rowsAt(scope, ['stages_data'])?.row(1).at(['name'])).toBe('y');
  });

  it('is none where the text holds something else', () => {
    const { scope } = document({ stages_data: 'see the other file' });
    expect(rowsAt(scope, ['stages_data'])).toBeNull();
  });
});

describe('a new id of a task', () => {
  it('reaches everything that speaks of the task', () => {
    const { scope, now } = document({
      tasks: [
        { id: 'load' },
        { id: 'b', dependsOn: ['load', 'x'], onFailure: 'fallback:load' },
        { id: 'c', dependsOn: 'load', compensate: 'load' },
      ],
    });
    const tasks = rowsAt(scope, ['tasks']);
    if (tasks) tasks.scope.edit(references(tasks, 'load', 'fill'));
    expect(now()).toEqual({
      tasks: [
        { id: 'load' },
        { id: 'b', dependsOn: ['fill', 'x'], onFailure: 'fallback:fill' },
        { id: 'c', dependsOn: 'fill', compensate: 'fill' },
      ],
    });
  });
});
