/** Which layer each node of a graph stands in, and which of its edges run backwards. */

/** For each node, by its place, the places of those it comes after. */
export type Before = readonly (readonly number[])[];

export interface Layers {
  /** The layer of each node, from 0: one more than the furthest of those it comes after. */
  layer: Int32Array;
  /** The same graph without what names a node twice, itself, or none; and without what closes a circle. */
  before: readonly (readonly number[])[];
  /** The edges that close a circle: they are drawn, but nothing is placed by them. */
  backward: readonly (readonly [from: number, to: number])[];
}

/**
 * The longest way to each node. A circle is broken where it comes back to the node by which it was entered, so
 * only edges of circles lead backward, and it always ends.
 */
export function layersOf(graph: Before): Layers {
  const count = graph.length;
  const named = graph.map((before, node) => [
    ...new Set(before.filter((one) => one !== node && one >= 0 && one < count)),
  ]);
  const after: number[][] = Array.from({ length: count }, () => []);
  named.forEach((before, node) => {
    for (const one of before) after[one]?.push(node);
  });
  const backward = backwardOf(named, after);
  const closing = new Set(backward.map(([from, to]) => from * count + to));
  const before = named.map((of, node) => of.filter((one) => !closing.has(one * count + node)));
  const open = Int32Array.from(before, (of) => of.length);
  const layer = new Int32Array(count);
  const ready: number[] = [];
  for (let node = 0; node < count; node++) if (open[node] === 0) ready.push(node);
  for (const node of ready)
    for (const one of after[node] ?? []) {
      if (closing.has(node * count + one)) continue;
      layer[one] = Math.max(layer[one] ?? 0, (layer[node] ?? 0) + 1);
      open[one] = (open[one] ?? 0) - 1;
      if (open[one] === 0) ready.push(one);
    }
  return { layer, before, backward };
}

/** The edges that come back to a node on the way from it: first from where nothing leads to, then from what is left. */
function backwardOf(
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
): [number, number][] {
  const backward: [number, number][] = [];
  /** How far each was looked at: not yet, on the way, done. */
  const seen = new Uint8Array(before.length);
  const next = new Int32Array(before.length);
  const lookFrom = (root: number) => {
    const way = [root];
    seen[root] = ON_THE_WAY;
    for (let node = way.at(-1); node !== undefined; node = way.at(-1)) {
      const one = after[node]?.[next[node] ?? 0];
      next[node] = (next[node] ?? 0) + 1;
      if (one === undefined) {
        seen[node] = DONE;
        way.pop();
      } else if (seen[one] === ON_THE_WAY) backward.push([node, one]);
      else if (seen[one] !== DONE) {
        seen[one] = ON_THE_WAY;
        way.push(one);
      }
    }
  };
  before.forEach((of, node) => {
    if (of.length === 0) lookFrom(node);
  });
  before.forEach((_, node) => {
    if (seen[node] !== DONE) lookFrom(node);
  });
  return backward;
}

const ON_THE_WAY = 1;
const DONE = 2;

/** The parts of a graph that nothing joins, each with its nodes in their order, by the first of each. */
export function partsOf(graph: Before): number[][] {
  const head = Int32Array.from(graph, (_, node) => node);
  const find = (node: number): number => {
    let at = node;
    while (head[at] !== at) {
      head[at] = head[head[at] ?? 0] ?? 0;
      at = head[at] ?? 0;
    }
    return at;
  };
  graph.forEach((before, node) => {
    for (const one of before) {
      if (one < 0 || one >= graph.length) continue;
      const [a, b] = [find(one), find(node)];
      head[Math.max(a, b)] = Math.min(a, b);
    }
  });
  const parts = new Map<number, number[]>();
  graph.forEach((_, node) => {
    const of = find(node);
    const known = parts.get(of);
    if (known) known.push(node);
    else parts.set(of, [node]);
  });
  return [...parts.values()];
}
