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
  expect(scaleOf(1e-9)).toBe(0.02);
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
  // One that is longer than what is seen, as from the last back to the first.
  const over = layoutOf(Array.from({ length: 9 }, (_, n) => [n > 0 ? n - 1 : 8]));
  const middle = { x: 900, y: -1e3, width: 10, height: 1e4 };
  expect(
    nearOf(over)
      .legsIn(middle, 100)
      .map(({ to }) => to),
  ).toEqual([0]);
});

it('tells what leads back apart from what comes after', () => {
  const { before, after, back } = linksOf(layoutOf([[2], [0], [1]]));
  expect({ before, after, back }).toEqual({
    before: [[], [0], [1]],
    after: [[1], [2], []],
    back: [[], [], [0]],
  });
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

it('shows all of what is a hundred wide or high, smaller than it is read', () => {
  const fan = layoutOf([[], ...Array.from({ length: 100 }, () => [0])]);
  const chain = layoutOf(Array.from({ length: 100 }, (_, n) => (n > 0 ? [n - 1] : [])));
  for (const layout of [fan, chain]) {
    const view = fitted(layout, { width: 900, height: 520 });
    const first = seen(view, 0, 0);
    const last = seen(view, layout.width, layout.height);
    expect(Math.min(first.x, first.y)).toBeGreaterThan(0);
    expect(last.x).toBeLessThan(900);
    expect(last.y).toBeLessThan(520);
    // From there on it comes closer by any step, and not in one.
    expect(closer(layout, SIZE, view, 1 / 1.2).scale).toBeLessThanOrEqual(view.scale);
  }
});

it('draws of too many lines some of everywhere, and the same after a move', () => {
  const many = layoutOf(
    Array.from({ length: 2_000 }, (_, n) =>
      n < 20 ? [] : [n - 20, 20 * Math.floor(n / 20 - 1) + ((7 * n) % 20)],
    ),
  );
  const near = nearOf(many);
  const all = { x: 0, y: 0, width: many.width, height: many.height };
  const drawn = near.legsIn(all, 1_000);
  expect(drawn.length).toBeLessThanOrEqual(1_000);
  expect(drawn.length).toBeGreaterThan(400);
  const tenths = new Set(drawn.map(({ x1 }) => Math.floor((10 * x1) / many.width)));
  expect(tenths.size).toBe(10);
  const moved = new Set(near.legsIn({ ...all, x: 900 }, 1_000));
  expect(drawn.filter(({ x1, x2 }) => x2 > x1 && x1 > 900).every((leg) => moved.has(leg))).toBe(
    true,
  );
});

it('finds a line that is far longer than what is seen', () => {
  // A way back over eight layers; nothing else lies above them.
  const back = layoutOf(Array.from({ length: 9 }, (_, n) => [n > 0 ? n - 1 : 8]));
  const above = { x: 900, y: -20, width: 10, height: 15 };
  expect(
    nearOf(back)
      .legsIn(above, 9)
      .map(({ to }) => to),
  ).toEqual([0]);
});
