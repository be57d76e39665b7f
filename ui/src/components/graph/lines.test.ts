import { expect, it } from 'vitest';
import { layoutOf } from './layout';
import { linesOf } from './lines';

const ORIGIN = { x: 0, y: 0 };

it('leads a way back above the nodes between, on top of no other line', () => {
  const { legs, edges, width } = layoutOf([[2], [0], [1]]);
  const back = legs[edges.find(({ from, to }) => from === 2 && to === 0)?.leg ?? -1];
  const path = linesOf(back ? [back] : [], ORIGIN);
  // From the last to the first: up, along, and down again.
  const [, up, from, along, to, down] =
    /^M([\d.]+) 26C.* ([\d.-]+) ([\d.-]+)H(-?\d+)C.* (\d+) 26m/.exec(path)?.map(Number) ?? [];
  expect([up, to, down]).toEqual([width, 0, 0]);
  expect(from).toBe(up);
  expect(along).toBeLessThan(0);
  // Between a node and the one above it.
  expect(along).toBeGreaterThan(-20);
});

it('leads a longer way back above a shorter one', () => {
  const { legs, edges } = layoutOf([[4], [0, 3], [1], [2], [3]]);
  const topOf = (from: number) => {
    const leg =
      legs[
        edges.find((edge) => edge.from === from && edge.to < from && from > edge.to + 1)?.leg ?? -1
      ];
    return Number(/ (-[\d.]+)H/.exec(linesOf(leg ? [leg] : [], ORIGIN))?.[1]);
  };
  expect(topOf(4)).toBeLessThan(topOf(3));
});
