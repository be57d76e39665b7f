import { expect, it } from 'vitest';
import { NOTHING, toggled } from '@/components/selection';
import { idsBetween, meant, REST, settled, shownAs } from './chosen';

const LOADED = ['c', 'b', 'a'];

it('chooses rows by their places, and the rest only with all of them', () => {
  expect(idsBetween(LOADED, 1, 2)).toEqual(['b', 'a']);
  expect(idsBetween(LOADED, 0, 2)).toEqual(LOADED);
  expect(idsBetween(LOADED, 0, 3)).toEqual([...LOADED, REST]);
  expect(idsBetween(LOADED, 1, 3)).toEqual(['b', 'a']);
});

it('shows rows that come later as chosen where all that fit are', () => {
  expect([...shownAs(new Set(['a']), ['d', ...LOADED])]).toEqual(['a']);
  expect(shownAs(new Set([...LOADED, REST]), ['d', ...LOADED]).has('d')).toBe(true);
});

it('is no longer all that fit once one row is taken out', () => {
  const all = new Set([...LOADED, REST]);
  expect(settled(all, LOADED)).toBe(all);
  const fewer = settled(toggled(all, 'b'), LOADED);
  expect([...fewer].sort()).toEqual(['a', 'c']);
  expect(settled(NOTHING, LOADED)).toBe(NOTHING);
});

it('names ids, or the list where all that fit are meant', () => {
  expect(meant(new Set(['a', 'b']), { status: 'failed' })).toEqual({ ids: ['a', 'b'] });
  expect(meant(new Set(['a', REST]), { status: 'failed' })).toEqual({
    filter: { status: 'failed' },
  });
});
