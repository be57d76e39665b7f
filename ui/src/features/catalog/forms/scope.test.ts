import { expect, it } from 'vitest';
import { pointer, type View, valueAt } from '../draft/edits';
import { inside, jsonAt, type Scope, textAt } from './scope';

/** A part of a form over a document that is only looked at. */
function looking(view: View, spelled: Record<string, string>): Scope {
  return {
    view,
    at: (path) => valueAt(view, path),
    spelling: (path) => spelled[pointer(path)],
    edit: () => undefined,
    put: () => undefined,
    type: () => undefined,
    typed: () => null,
    watchTyping: () => () => undefined,
    notes: () => [],
  };
}

const scope = looking(
  { priority: 1, limits: { rate: 100000, deep: [2.5, 'a', null, []] } },
  { '/priority': '1.0', '/limits/rate': '1e5', '/limits/deep/0': '2.50' },
);

it('shows a number as the text spells it', () => {
  expect(textAt(scope, ['priority'])).toBe('1.0');
  expect(textAt(inside(scope, ['limits']), ['rate'])).toBe('1e5');
});

it('prints JSON on lines as usual, its numbers as the text spells them', () => {
  expect(jsonAt(scope, ['limits'])).toBe(
    '{\n  "rate": 1e5,\n  "deep": [\n    2.50,\n    "a",\n    null,\n    []\n  ]\n}',
  );
});

it('prints JSON without spellings as JSON.stringify does', () => {
  const value = { a: [{ 'b"c': true }, {}], d: 'line\nline', e: -0.5 };
  expect(jsonAt(looking(value, {}), [])).toBe(JSON.stringify(value, null, 2));
});
