import { describe, expect, it } from 'vitest';
import { spoken, took } from '@/i18n';
import type { RunAttempt, RunTask, Status } from '@/ipc';
import { lengthOf } from '../task/length';
import { barsOf } from './bars';
import { factsOf, layoutOf } from './facts';
import { runSearch } from './search';
import { isNarrowed, thatFit } from './which';
import { noteOf, rowName } from './words';

const ORIGIN = Date.UTC(2026, 10, 22, 8);
const at = (second: number) => new Date(ORIGIN + second * 1000).toISOString();

function attempt(
  number: number,
  status: Status,
  queued: number,
  started: number | null,
  ended: number | null,
): RunAttempt {
  return {
    number,
    status,
    queued_at: at(queued),
    started_at: started === null ? null : at(started),
    ended_at: ended === null ? null : at(ended),
    agent: null,
    data_source: null,
    reason: null,
    error: null,
  };
}

function task(id: string, status: Status, attempts: RunAttempt[], action = 'program.run'): RunTask {
  return { id, name: id, action, status, attempts };
}

const run = (status: Status, end: number | null, tasks: RunTask[]) => ({
  status,
  start_time: at(0),
  end_time: end === null ? null : at(end),
  tasks,
});

describe('how a run is laid out', () => {
  it('folds the day between two tries, and shows the time in the queue', () => {
    const day = 86_400;
    const facts = factsOf(
      run('succeeded', day + 40, [
        task('load', 'succeeded', [
          attempt(1, 'failed', 0, 5, 20),
          attempt(2, 'succeeded', day, day + 10, day + 40),
        ]),
      ]),
    );
    const { span, folds } = layoutOf(facts, 0, 800);
    expect(span).toBe((day + 40) * 1000);
    expect(folds).toEqual([{ from: 20_000, to: day * 1000 }]);
  });

  it('folds what only waits for a person, once that is longer than the work', () => {
    const tasks = [
      task('add', 'succeeded', [attempt(1, 'succeeded', 0, 0, 4)]),
      task('check', 'waiting', [attempt(1, 'waiting', 4, 4, null)], 'manual'),
    ];
    const facts = factsOf(run('waiting', null, tasks));
    const hours = 3 * 3_600_000;
    const { span, folds } = layoutOf(facts, hours, 800);
    // "Now" stays inside of the fold for a while, where it hardly moves.
    expect(span).toBeGreaterThan(hours);
    expect(folds).toEqual([{ from: 5_000, to: span }]);
    const brief = layoutOf(facts, 5_200, 800);
    expect(brief.folds).toEqual([]);
  });

  it('leaves room for what comes while something is at work', () => {
    const facts = factsOf(
      run('running', null, [task('a', 'running', [attempt(1, 'running', 0, 0, null)])]),
    );
    const { span, folds } = layoutOf(facts, 60_000, 800);
    expect(folds).toEqual([]);
    expect(span).toBe(60_000 + 5_000 + 2_000);
  });

  it('begins at the earliest time there is, and has a length where it has none', () => {
    const early = factsOf(
      run('failed', 0, [task('a', 'failed', [attempt(1, 'failed', -3, 0, 0)])]),
    );
    expect(early.origin).toBe(ORIGIN - 3000);
    const empty = factsOf(run('queued', null, []));
    expect(layoutOf(empty, 0, 800).span).toBeGreaterThan(0);
  });
});

describe('the bars of a task', () => {
  it('are hatched while they wait, and grow while they go on', () => {
    const [first, last] = barsOf(
      task('a', 'running', [attempt(1, 'failed', 0, 2, 4), attempt(2, 'running', 5, 6, null)]),
      'running',
      ORIGIN,
    );
    expect(first).toMatchObject({
      queued: 0,
      began: 2000,
      ended: 4000,
      tone: 'fail',
      mark: 'cross',
    });
    expect(last).toMatchObject({ queued: 5000, began: 6000, ended: null, tone: 'run' });
    const [waits] = barsOf(
      task('a', 'waiting', [attempt(1, 'waiting', 0, 1, null)]),
      'waiting',
      ORIGIN,
    );
    expect(waits).toMatchObject({ shape: 'hatched', tone: 'wait', ended: null });
    const [queued] = barsOf(
      task('a', 'queued', [attempt(1, 'queued', 3, null, null)]),
      'running',
      ORIGIN,
    );
    expect(queued).toMatchObject({ began: null, ended: null });
  });

  it('stay time for a person once a person has decided', () => {
    const decided = (status: 'succeeded' | 'failed') =>
      barsOf(
        { ...task('a', status, [attempt(1, status, 0, 1, 9)]), action: 'manual' },
        status,
        ORIGIN,
      )[0];
    const forPeople = { tone: 'wait', shape: 'hatched', began: 1000, ended: 9000 };
    expect(decided('succeeded')).toMatchObject({ ...forPeople, mark: 'check' });
    expect(decided('failed')).toMatchObject({ ...forPeople, mark: 'cross' });
  });

  it('end where nothing goes on any more, whatever was not written down', () => {
    const [broken] = barsOf(
      task('a', 'interrupted', [attempt(1, 'interrupted', 0, 7, null)]),
      'interrupted',
      ORIGIN,
    );
    expect(broken).toMatchObject({ began: 7000, ended: 7000, shape: 'notched' });
    const [stopped] = barsOf(
      task('a', 'cancelled', [attempt(1, 'running', 0, 7, null)]),
      'cancelled',
      ORIGIN,
    );
    expect(stopped?.ended).toBe(7000);
  });

  it('have no length less than none where the clock was set back, and say so', () => {
    const [odd] = barsOf(
      task('a', 'succeeded', [attempt(1, 'succeeded', 9, 8, 2)]),
      'succeeded',
      ORIGIN,
    );
    expect(odd).toMatchObject({ queued: 9000, began: 9000, ended: 9000 });
    expect(odd?.title).toContain('these times do not match');
    const [even] = barsOf(
      task('a', 'succeeded', [attempt(1, 'succeeded', 1, 2, 3)]),
      'succeeded',
      ORIGIN,
    );
    expect(even?.title).not.toContain('match');
  });
});

describe('what is said of a task', () => {
  const now = new Date(ORIGIN + 300_000);

  it('is its name, what it came to, how often and how long, as one says it', () => {
    const tries = [attempt(1, 'failed', 0, 0, 10), attempt(2, 'failed', 20, 30, 84)];
    const said = rowName({ ...task('a', 'failed', tries), name: 'extract orders' }, undefined, now);
    expect(said).toBe('extract orders, failed, attempt 2 of 2, 1 minute 4 seconds');
    expect(rowName(task('a', 'skipped', []), 'a task before it did not succeed', now)).toBe(
      'a, skipped, a task before it did not succeed',
    );
  });

  it('stands beside its bars where they do not say it', () => {
    const one = [attempt(1, 'succeeded', 0, 0, 1)];
    expect(noteOf(task('a', 'succeeded', one), undefined)).toBeUndefined();
    expect(noteOf(task('a', 'failed', [...one, ...one]), undefined)).toBe('Failed · 2 attempts');
    // That it waits is said once.
    expect(noteOf(task('a', 'waiting', one), 'waits for a person')).toBe('Waits for a person');
    expect(noteOf(task('a', 'succeeded', []), 'taken over')).toBe('Succeeded · taken over');
  });

  it('is as long as its attempts together, without what lay between them', () => {
    const first = attempt(1, 'failed', 0, 0, 2);
    const then = new Date(ORIGIN + 50_000);
    expect(lengthOf([first, attempt(2, 'succeeded', 2, 40, 43)], then)).toBe(5_000);
    expect(lengthOf([first, attempt(2, 'running', 2, 40, null)], then)).toBe(12_000);
    expect(lengthOf([first, attempt(2, 'queued', 2, null, null)], then)).toBeNull();
    expect([took(64_000), spoken(64_000)]).toEqual(['1m 4s', '1 minute 4 seconds']);
  });
});

describe('which tasks are shown', () => {
  const tasks = [
    { ...task('t1', 'succeeded', [attempt(1, 'succeeded', 0, 0, 1)]), name: 'Extract orders' },
    {
      ...task('t2', 'failed', [attempt(1, 'failed', 0, 0, 1), attempt(2, 'failed', 2, 2, 3)]),
      name: 'Load the orders',
    },
  ];
  const ids = (wish: Parameters<typeof thatFit>[1]) => thatFit(tasks, wish).map(({ id }) => id);

  it('is chosen by words, by what they came to, by their attempts', () => {
    expect(ids({})).toEqual(['t1', 't2']);
    expect(ids({ q: 'ORDERS load' })).toEqual(['t2']);
    expect(ids({ q: 't1' })).toEqual(['t1']);
    expect(ids({ only: 'failed' })).toEqual(['t2']);
    expect(ids({ attempt: 'again' })).toEqual(['t2']);
    expect(thatFit(tasks, { attempt: 'last' }).map(({ attempts }) => attempts.length)).toEqual([
      1, 1,
    ]);
    expect([isNarrowed({}), isNarrowed({ only: 'failed' })]).toEqual([false, true]);
  });

  it('stands in the address, from which unknown words are dropped', () => {
    const kept = { axis: 'clock', q: 'load', only: 'failed', attempt: 'last', task: 'a' } as const;
    expect(runSearch(kept)).toEqual({ ...kept, tab: undefined });
    const unknown = runSearch({ tab: 'chart', axis: 'moon', only: 'gone', attempt: 7, q: '' });
    expect(Object.values(unknown).filter((value) => value !== undefined)).toEqual([]);
  });
});
