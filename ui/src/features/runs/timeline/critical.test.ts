import { expect, it } from 'vitest';
import type { RunSteps, RunTask } from '@/ipc';
import { criticalPath, hasOrder } from './critical';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, second)).toISOString();

function task(
  id: string,
  ended: number | null | 'never',
  began = 0,
): Pick<RunTask, 'id' | 'attempts'> {
  const attempt = {
    queued_at: at(began),
    started_at: at(began),
    ended_at: ended === null ? null : at(1),
  };
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
  expect([...criticalPath(tasks, SHAPE)]).toEqual(['d', 'c', 'a']);
});

it('ends at now while something goes on', () => {
  const tasks = [task('a', 5), task('b', null), task('c', 20), task('d', 'never')];
  expect([...criticalPath(tasks, SHAPE)]).toEqual(['b', 'a']);
});

it('ends although tasks name one another, and is empty where nothing began', () => {
  const round = steps({ a: ['b'], b: ['a'] });
  expect(criticalPath([task('a', 5), task('b', 6)], round).size).toBe(2);
  expect(criticalPath([task('a', 'never')], SHAPE).size).toBe(0);
  expect(criticalPath([task('a', 5)], undefined).size).toBe(1);
});

it('goes back over what called a task, and not over what only leads back to it', () => {
  const called: RunSteps = {
    usual: null,
    tasks: [{ id: 'a', leads_to: ['b', 'c'] }, { id: 'b', leads_to: ['a'] }, { id: 'c' }],
  };
  expect([...criticalPath([task('a', 5), task('b', 9, 5)], called)]).toEqual(['b', 'a']);
  expect(hasOrder(called)).toBe(true);
});

it('goes back over what had ended when a task began, and not over what could not have called it', () => {
  const called: RunSteps = {
    usual: null,
    tasks: [{ id: 'x', leads_to: ['f'] }, { id: 'y', leads_to: ['f'] }, { id: 'f' }],
  };
  const tasks = [task('x', 25), task('y', 20), task('f', 30, 20)];
  expect([...criticalPath(tasks, called)]).toEqual(['f', 'y']);
});

it('is offered only where one task comes after another', () => {
  expect([SHAPE, steps({ a: [], b: [] }), undefined].map(hasOrder)).toEqual([true, false, false]);
});
