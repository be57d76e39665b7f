import { describe, expect, it } from 'vitest';
import type { Edit } from '@/ipc';
import { applied, move, remove, type ViewObject } from '../draft/edits';
import { afterForNew, beginsAtOnce, chainAfterMove, edgesAround, turnsOf } from './taskOrder';

const chain: ViewObject[] = [
  { id: 'a', dependsOn: [] },
  { id: 'b', dependsOn: ['a'] },
  { id: 'c', dependsOn: ['b'] },
];
const afterAll = (rows: ViewObject[], edits: readonly Edit[]) =>
  edits.reduce<unknown>(applied, rows) as ViewObject[];

describe('a new task', () => {
  it('comes after the one before it', () => {
    expect(afterForNew([], [])).toEqual([]);
    expect(afterForNew(chain, [0, 1, 2])).toEqual(['c']);
    expect(afterForNew(chain, [2, 1, 0])).toEqual(['a']);
  });

  it('comes after none that only another one calls', () => {
    const rows = [
      { id: 'a', onFailure: 'fallback:mend', compensate: 'back' },
      { id: 'mend' },
      { id: 'back' },
    ];
    expect(afterForNew(rows, [0, 1, 2])).toEqual(['a']);
    expect(rows.map((_, index) => beginsAtOnce(rows, index))).toEqual([true, false, false]);
  });

  it('is left alone where the tasks themselves say which one is next', () => {
    const rows = [{ id: 'a', transitions: { success: { task_id: 'b' } } }, { id: 'b' }];
    expect(afterForNew(rows, [0, 1])).toEqual([]);
    expect(beginsAtOnce(rows, 1)).toBe(false);
  });
});

it('tells what comes after what and what begins together', () => {
  const rows = [
    { id: 'a' },
    { id: 'x' },
    { id: 'b', depends_on: 'a' },
    { id: 'c', dependsOn: ['a'] },
    { id: 'd', dependsOn: ['c', 'b'] },
    { id: 'way', action: 'branch', params: { when: [{ condition: 'true', task: 'only' }] } },
    { id: 'only' },
  ];
  expect(turnsOf(rows)).toEqual([
    { after: [], beside: ['x', 'way'] },
    { after: [], beside: ['a', 'way'] },
    { after: ['a'], beside: ['c'] },
    { after: ['a'], beside: ['b'] },
    { after: ['c', 'b'], beside: [] },
    { after: [], beside: ['a', 'x'] },
    'called',
  ]);
});

it('closes the gap that a task leaves', () => {
  const rows = [...chain, { id: 'd', dependsOn: ['a', 'b'] }];
  expect(afterAll(rows, [...edgesAround(rows, 1), remove([1])])).toEqual([
    { id: 'a', dependsOn: [] },
    { id: 'c', dependsOn: ['a'] },
    { id: 'd', dependsOn: ['a'] },
  ]);
});

describe('a move', () => {
  it('keeps a chain a chain', () => {
    const edits = chainAfterMove(chain, [0, 1, 2], 2, 0);
    expect(afterAll(chain, [move([], 2, 0), ...edits])).toEqual([
      { id: 'c', dependsOn: [] },
      { id: 'a', dependsOn: ['c'] },
      { id: 'b', dependsOn: ['a'] },
    ]);
  });

  it('changes nothing of when tasks run that do not follow one another', () => {
    const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c', dependsOn: ['a'] }];
    expect(chainAfterMove(rows, [0, 1, 2], 2, 0)).toEqual([]);
  });
});
