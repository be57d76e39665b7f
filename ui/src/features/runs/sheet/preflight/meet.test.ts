import { expect, it } from 'vitest';
import { expectedWords, grouped, type Known, meets, type PreviewTask } from './meet';

function task(id: string, more: Partial<PreviewTask> = {}): PreviewTask {
  return {
    id,
    name: id.toUpperCase(),
    action: 'sql.query',
    place: 1,
    on_call: false,
    worker: 'attempt',
    ...more,
  };
}

function known(more: Partial<Known> = {}): Known {
  return { sources: [], secrets: [], isAsking: false, ...more };
}

const shop = { name: 'shop', type: 'mysql', asked: false };

it('says the worst of what a task would meet', () => {
  const on = task('a', { source: 'shop' });
  const secret = { secret: 'mail', tasks: 1, reason: { code: 'secret_missing' }, unlocks: false };
  const missing = { code: 'no_connection' };
  expect(meets(on, known({ sources: [shop], isAsking: true }))).toBe('asking');
  expect(meets(on, known({ sources: [shop] }))).toBe('unasked');
  expect(meets(on, known({ sources: [{ ...shop, answers: true }] }))).toBe('answers');
  // What is known counts until it is known better.
  const silent = known({ sources: [{ ...shop, answers: false }], isAsking: true });
  expect(meets(on, silent)).toBe('silent');
  expect(meets(task('a', { secrets: ['mail'] }), known({ secrets: [secret] }))).toBe('no_secret');
  const password = { ...secret, secret: 'connection/shop', connection: 'shop' };
  expect(meets(on, { ...silent, secrets: [password] })).toBe('no_secret');
  expect(meets(task('a', { no_source: missing, no_agent: missing }), known())).toBe('no_source');
  expect(meets(task('a', { no_agent: missing }), known())).toBe('no_agent');
  expect(meets(task('a', { worker: 'person' }), known())).toBe('person');
  expect(meets(task('a', { worker: 'person', on_call: true }), known())).toBe('on_call');
  expect(meets(task('a'), known())).toBe('ready');
});

it('tells few tasks one by one and many by what they meet', () => {
  const few = ['a', 'b', 'c'].map((id) => task(id, { source: 'shop', rule: 'name' }));
  expect(grouped(few, known({ sources: [shop] })).map((group) => group.tasks.length)).toEqual([
    1, 1, 1,
  ]);
  const many = Array.from({ length: 200 }, (_, at) =>
    task(`t${at}`, at % 2 === 0 ? { source: 'shop', rule: 'name' } : { worker: 'person' }),
  );
  const groups = grouped(many, known({ sources: [{ ...shop, answers: false }] }));
  expect(groups.map((group) => [group.meets, group.tasks.length])).toEqual([
    ['silent', 100],
    ['person', 100],
  ]);
});

it('says how long it may take, and how far that goes apart', () => {
  expect(expectedWords(undefined)).toBe('no history yet');
  expect(expectedWords({ count: 1, median: 4000, p90: 4000 })).toBe('4s last time');
  expect(expectedWords({ count: 20, median: 4000, p90: 8000 })).toBe('about 4s, from the last 20');
  expect(expectedWords({ count: 20, median: 4000, p90: 9000 })).toBe(
    'about 4s, mostly within 9s, from the last 20',
  );
});
