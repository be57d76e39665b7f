import { expect, it } from 'vitest';
import type { RunSteps, RunTask } from '@/ipc';
import { criticalPath, hasOrder } from './critical';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, second)).toISOString();
const NOW = Date.parse(at(59));

function task(id: string, ended: number | null | 'never'): Pick<RunTask, 'id' | 'attempts'> {
  const attempt = { queued_at: at(0), started_at: at(0), ended_at: ended === null ? null : at(1) };
  if (typeof ended === 'number') attempt.ended_at = at(ended);
  return { id, attempts: ended === 'never' ? [] : [attempt as RunTask['attempts'][number]] };
}

const steps = (before: Record<string, string[]>): RunSteps => ({
  usual: null,
  tasks: Object.entries(before).map(([id, depends_on]) => ({ id, depends_on })),
});
const SHAPE = steps({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'], e: ['d'] });

it('goes back from what ended last by what each waited for longest', () => {
  const tasks = [task('a', 5), task('b', 9), task('c', 20), task('d', 25), task('e', 'never')];
  expect([...criticalPath(tasks, SHAPE, NOW)]).toEqual(['d', 'c', 'a']);
});

it('ends at now while something goes on', () => {
  const tasks = [task('a', 5), task('b', null), task('c', 20), task('d', 'never')];
  expect([...criticalPath(tasks, SHAPE, NOW)]).toEqual(['b', 'a']);
});

it('ends although tasks name one another, and is empty where nothing began', () => {
  const round = steps({ a: ['b'], b: ['a'] });
  expect(criticalPath([task('a', 5), task('b', 6)], round, NOW).size).toBe(2);
  expect(criticalPath([task('a', 'never')], SHAPE, NOW).size).toBe(0);
  expect(criticalPath([task('a', 5)], undefined, NOW).size).toBe(1);
});

it('goes back over what called a task, and not over what only leads back to it', () => {
  const called: RunSteps = {
    usual: null,
    tasks: [{ id: 'a', leads_to: ['b', 'c'] }, { id: 'b', leads_to: ['a'] }, { id: 'c' }],
  };
  expect([...criticalPath([task('a', 5), task('b', 9)], called, NOW)]).toEqual(['b', 'a']);
  expect(hasOrder(called)).toBe(true);
});

it('is offered only where one task comes after another', () => {
  expect([SHAPE, steps({ a: [], b: [] }), undefined].map(hasOrder)).toEqual([true, false, false]);
});
