import { expect, it } from 'vitest';
import { columnsOf, kept, searchOf, USUAL, withoutView, withView } from './views';

it('keeps an address whatever order it came in, without what names the view', () => {
  const one = kept({ view: 'timeline', status: 'failed', q: undefined, saved: 'x' } as object);
  expect(one).toBe(kept({ status: 'failed', view: 'timeline' } as object));
  expect(searchOf({ name: 'n', search: one })).toEqual({
    status: 'failed',
    view: 'timeline',
    saved: 'n',
  });
});

it('shows all where what was kept cannot be read', () => {
  for (const search of ['{', '7', 'null'])
    expect(searchOf({ name: 'n', search })).toEqual({ saved: 'n' });
});

it('puts a view in the place of the one that has its name', () => {
  const views = [
    { name: 'a', search: '1' },
    { name: 'b', search: '2' },
  ];
  expect(withView(views, { name: 'a', search: '3' })).toEqual([
    { name: 'a', search: '3' },
    views[1],
  ]);
  expect(withView(views, { name: 'c', search: '3' }).map(({ name }) => name)).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(withoutView(views, 'a')).toEqual([views[1]]);
});

it('tells the columns that were chosen in their order, unknown ones left out', () => {
  expect(columnsOf(['took', 'id', 'nonsense', 'actor'])).toEqual(['actor', 'took', 'id']);
  expect(columnsOf([])).toEqual([]);
  expect(columnsOf(null)).toBe(USUAL);
});
