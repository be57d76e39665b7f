import { expect, it } from 'vitest';
import { layoutOf, NODE } from './layout';
import { nearOf } from './near';
import { boxOf, closer, drawnOf, firstView, fitted, moved, showing, type View } from './view';
import { linksOf, step } from './walk';

const SIZE = { width: 900, height: 500 };
const diamond = layoutOf([[], [0], [0], [1, 2]]);
const long = layoutOf(Array.from({ length: 500 }, (_, n) => (n > 0 ? [n - 1] : [])));

/** Where a place of the graph is in the window. */
const seen = (view: View, x: number, y: number) => ({
  x: (x - view.x) * view.scale,
  y: (y - view.y) * view.scale,
});

it('shows all of a small graph first, in the middle, and the beginning of a large one', () => {
  const view = firstView(diamond, SIZE, 0);
  expect(view).toEqual(fitted(diamond, SIZE));
  const [from, to] = [seen(view, 0, 0), seen(view, diamond.width, diamond.height)];
  expect(from.x + to.x).toBeCloseTo(SIZE.width);
  expect(from.y + to.y).toBeCloseTo(SIZE.height);
  expect(seen(firstView(long, SIZE, 0), 0, 0).x).toBe(24);
  const { x, y } = boxOf(long, 250);
  const middle = seen(firstView(long, SIZE, 250), x + NODE.width / 2, y + NODE.height / 2);
  expect(middle.x).toBeCloseTo(SIZE.width / 2);
});

it('comes closer with what is under the pointer left there, within bounds', () => {
  const at = { x: 300, y: 250 };
  const before = fitted(diamond, SIZE);
  const after = closer(diamond, SIZE, before, 1.2, at);
  const under = (view: View) => [view.x + at.x / view.scale, view.y + at.y / view.scale];
  expect(under(after)[0]).toBeCloseTo(under(before)[0] ?? 0);
  expect(under(after)[1]).toBeCloseTo(under(before)[1] ?? 0);
  const scaleOf = (factor: number) => closer(long, SIZE, before, factor).scale;
  expect(scaleOf(1e9)).toBe(1.5);
  expect(scaleOf(1e-9)).toBe(0.1);
});

it('is never moved out of sight, and brings a node into sight by as little as that needs', () => {
  const far = moved(diamond, SIZE, fitted(diamond, SIZE), { x: 1e6, y: -1e6 });
  const end = seen(far, diamond.width, diamond.height);
  expect(end.x).toBeCloseTo(80);
  expect(seen(far, 0, 0).y).toBeCloseTo(SIZE.height - 80);
  const view = firstView(long, SIZE, 0);
  expect(showing(long, SIZE, view, 1)).toEqual(view);
  const next = showing(long, SIZE, view, 9);
  const { x } = boxOf(long, 9);
  expect(seen(next, x + NODE.width, 0).x).toBeCloseTo(SIZE.width - 24);
});

it('finds what is in sight, and the drawn part holds all that is seen', () => {
  const view = firstView(long, SIZE, 250);
  const drawn = drawnOf(view, SIZE);
  expect(drawn.x).toBeLessThanOrEqual(view.x);
  expect(drawn.x + drawn.width).toBeGreaterThanOrEqual(view.x + SIZE.width / view.scale);
  const near = nearOf(long);
  const nodes = near.nodesIn(drawn);
  expect(nodes).toContain(250);
  expect(nodes.length).toBeLessThan(12);
  expect(near.legsIn(drawn, 4_000).length).toBeGreaterThanOrEqual(nodes.length - 1);
  expect(near.legsIn(drawn, 2).length).toBe(2);
  // One that is longer than what is seen, as from the last back to the first.
  const over = layoutOf(Array.from({ length: 9 }, (_, n) => [n > 0 ? n - 1 : 8]));
  const middle = { x: 900, y: -1e3, width: 10, height: 1e4 };
  expect(
    nearOf(over)
      .legsIn(middle, 100)
      .map(({ to }) => to),
  ).toEqual([0]);
});

it('goes along edges to the nearest, and up and down to what stands beside', () => {
  const links = linksOf(diamond);
  const go = (from: number, way: 'left' | 'right' | 'up' | 'down') =>
    step(diamond, links, from, way);
  expect([go(0, 'right'), go(1, 'right'), go(3, 'left'), go(3, 'right')]).toEqual([
    1,
    3,
    1,
    undefined,
  ]);
  expect([go(1, 'down'), go(2, 'up'), go(1, 'up')]).toEqual([2, 1, undefined]);
});
