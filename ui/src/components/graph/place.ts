/** Where the items of each layer stand along it, in the order they have. */
import type { Ranks } from './order';

/** How often all layers are gone through. */
const ROUNDS = 8;
/** A round in which nothing moves so far is the last, in pixels. */
const STILL = 0.5;
/** How much a node follows a bend beside it, measured by how it follows a node. */
const LOOSE = 0.25;
/** How much more a bend keeps to its line than a node to its middle, so that long edges are straight. */
const STRAIGHT = 4;

/**
 * The middle of each item along its layer. None is nearer to the one before it than `apart` says; apart from
 * that each is as near as it can be to the middle of what it is joined with.
 */
export function placeItems(
  { layers, up, down }: Ranks,
  isBend: (item: number) => boolean,
  apart: (before: number, item: number) => number,
): Float64Array {
  const middle = new Float64Array(up.length);
  for (const layer of layers) {
    let at = 0;
    layer.forEach((item, n) => {
      const before = layer[n - 1];
      at += before === undefined ? 0 : apart(before, item);
      middle[item] = at;
    });
    for (const item of layer) middle[item] = (middle[item] ?? 0) - at / 2;
  }
  type Sides = readonly Ranks['up'][];
  const wishOf = (item: number, sides: Sides): Wish => {
    let sum = 0;
    let weights = 0;
    for (const joined of sides)
      for (const one of joined[item] ?? []) {
        const weight = isBend(item) === isBend(one) ? 1 : LOOSE;
        sum += weight * (middle[one] ?? 0);
        weights += weight;
      }
    if (weights === 0) return { at: middle[item] ?? 0, weight: FREE };
    return { at: sum / weights, weight: isBend(item) ? STRAIGHT : 1 };
  };
  let moved = 0;
  const settle = (layer: readonly number[], sides: Sides) => {
    const wishes = layer.map((item) => wishOf(item, sides));
    const gaps = layer.map((item, n) => (n === 0 ? 0 : apart(layer[n - 1] ?? 0, item)));
    nearest(wishes, gaps).forEach((at, n) => {
      const item = layer[n] ?? 0;
      moved = Math.max(moved, Math.abs(at - (middle[item] ?? 0)));
      middle[item] = at;
    });
  };
  for (let round = 0; round < ROUNDS; round++) {
    moved = 0;
    for (const layer of layers) settle(layer, [up]);
    for (const layer of [...layers].reverse()) settle(layer, [down]);
    if (moved < STILL) break;
  }
  for (const layer of layers) settle(layer, [up, down]);
  return middle;
}

/** What is joined with nothing on a side gives way to what is. */
const FREE = 0.01;

interface Wish {
  at: number;
  weight: number;
}

/**
 * The places nearest to what is wished, by their squares, of which each is at least `gaps` after the one before
 * it. What would overlap becomes a block that stands at the mean of its wishes.
 */
export function nearest(wishes: readonly Wish[], gaps: readonly number[]): number[] {
  const blocks: { sum: number; weight: number; count: number }[] = [];
  let before = 0;
  const offsets = wishes.map((wish, n) => {
    before += gaps[n] ?? 0;
    let block = { sum: (wish.at - before) * wish.weight, weight: wish.weight, count: 1 };
    for (;;) {
      const last = blocks.at(-1);
      if (!last || last.sum / last.weight <= block.sum / block.weight) break;
      blocks.pop();
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        count: last.count + block.count,
      };
    }
    blocks.push(block);
    return before;
  });
  const found = blocks.flatMap(({ sum, weight, count }) =>
    Array.from({ length: count }, () => sum / weight),
  );
  return found.map((at, n) => at + (offsets[n] ?? 0));
}
