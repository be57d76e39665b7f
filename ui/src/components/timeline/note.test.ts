import { expect, it } from 'vitest';
import type { PlacedBar } from './bars';
import { notePlace } from './note';
import { timeScale } from './scale';

const bar = (left: number, width: number, goesOn = false): PlacedBar => ({
  ...{ first: 1, last: 1, left, width, wait: null, goesOn },
  bar: {
    ...{ number: 1, queued: 0, began: 0, ended: 1, tone: 'ok', shape: 'solid', title: '' },
  },
});
/** Live: a minute of rest is folded at 600 pixels, now is at about 715. */
const folded = timeScale({
  ...{ span: 81_000, folds: [{ from: 16_000, to: 76_000 }], width: 772, view: undefined },
});
const NOW = 79_000;
const plain = timeScale({ span: 10_000, folds: [], width: 800, view: undefined });

it('stands after the bars where there is room', () => {
  expect(notePlace([bar(0, 100)], 'Failed · 2 attempts', plain, 10_000)).toMatchObject({
    ...{ left: 108, isOver: false },
  });
});

it('is no cut line over a fold and over now where the bar has room for all of it', () => {
  const words = 'marked as done after it was broken off';
  const [from, to] = [folded.x(0), folded.x(15_900)];
  const place = notePlace([bar(from, to - from)], words, folded, NOW);
  expect(place).toMatchObject({ left: from + 8, isOver: true });
  expect(place?.maxWidth).toBeGreaterThan(words.length * 6.5);
});

it('has a ground of its own where it stands over a fold or now all the same', () => {
  const after = folded.x(76_000) + 1;
  const place = notePlace([bar(after, 40, true)], 'Waits for a person', folded, NOW);
  expect(place).toMatchObject({ isOver: true });
  expect(place?.right).toBeGreaterThan(0);
});

it('takes signs that are as wide as high for what they are', () => {
  const room = bar(0, 560);
  expect(notePlace([room], '等待'.repeat(5), plain, 10_000)?.isOver).toBe(false);
  expect(notePlace([room], '等待'.repeat(12), plain, 10_000)).toMatchObject({ isOver: true });
});
