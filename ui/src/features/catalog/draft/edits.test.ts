import { describe, expect, it } from 'vitest';
import { applied, coalesced, insert, move, pathOf, pointer, remove, set } from './edits';

describe('the effect of an edit on a view', () => {
  const view = { a: { b: [1, 2, 3] }, c: 'x' };

  it.each([
    [set(['c'], 'y'), { a: { b: [1, 2, 3] }, c: 'y' }],
    [set(['a', 'b', 1], 9), { a: { b: [1, 9, 3] }, c: 'x' }],
    [set(['new', 'deep'], true), { ...view, new: { deep: true } }],
    [remove(['a', 'b', 0]), { a: { b: [2, 3] }, c: 'x' }],
    [remove(['c']), { a: { b: [1, 2, 3] } }],
    [insert(['a', 'b'], 3, 4), { a: { b: [1, 2, 3, 4] }, c: 'x' }],
    [move(['a', 'b'], 0, 2), { a: { b: [2, 3, 1] }, c: 'x' }],
    [
      { op: 'rename' as const, path: ['c'], key: 'd' },
      { a: { b: [1, 2, 3] }, d: 'x' },
    ],
  ])('%j', (edit, expected) => {
    expect(applied(view, edit)).toEqual(expected);
  });

  it('leaves the view it came from as it was', () => {
    applied(view, set(['a', 'b', 0], 7));
    expect(view.a.b).toEqual([1, 2, 3]);
  });
});

describe('edits in a row', () => {
  it('keep only the last of several settings of one place', () => {
    const edits = [set(['a'], 1), set(['a'], 2), set(['b'], 1), set(['a'], 3)];
    expect(coalesced(edits)).toEqual([set(['a'], 2), set(['b'], 1), set(['a'], 3)]);
  });

  it('never join across an edit that moves places', () => {
    const edits = [set(['l', 0], 1), move(['l'], 0, 1), set(['l', 0], 2)];
    expect(coalesced(edits)).toHaveLength(3);
  });
});

describe('a pointer', () => {
  it.each([
    [['tasks', 0, 'dependsOn', 1], '/tasks/0/dependsOn/1'],
    [['a/b', 'c~d'], '/a~1b/c~0d'],
    [[], ''],
  ])('of %j is %s and leads back', (path, text) => {
    expect(pointer(path)).toBe(text);
    const view = { tasks: [{ dependsOn: ['x', 'y'] }], 'a/b': { 'c~d': 1 } };
    expect(pathOf(text, view)).toEqual(path);
  });
});
