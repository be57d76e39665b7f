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

/** The longest way to each node. A circle is broken at the first of its nodes, so it always ends. */
export function layersOf(graph: Before): Layers {
  const count = graph.length;
  const named = graph.map((before, node) => [
    ...new Set(before.filter((one) => one !== node && one >= 0 && one < count)),
  ]);
  const after: number[][] = Array.from({ length: count }, () => []);
  const open = new Int32Array(count);
  named.forEach((before, node) => {
    open[node] = before.length;
    for (const one of before) after[one]?.push(node);
  });
  const layer = new Int32Array(count);
  const isPlaced = new Uint8Array(count);
  const ready: number[] = [];
  for (let node = 0; node < count; node++) if (open[node] === 0) ready.push(node);
  const backward: [number, number][] = [];
  const before: number[][] = named.map(() => []);
  let next = 0;
  let stuck = 0;
  while (next < ready.length || stuck < count) {
    if (next === ready.length) {
      // Only circles are left: the first of them stands as if it waited for nothing more.
      const node = stuck++;
      if (isPlaced[node] === 1 || open[node] === 0) continue;
      open[node] = 0;
      ready.push(node);
    }
    const node = ready[next++] ?? 0;
    if (isPlaced[node] === 1) continue;
    isPlaced[node] = 1;
    for (const one of named[node] ?? []) {
      if (isPlaced[one] === 1) before[node]?.push(one);
      else backward.push([one, node]);
    }
    for (const one of before[node] ?? [])
      layer[node] = Math.max(layer[node] ?? 0, (layer[one] ?? 0) + 1);
    for (const one of after[node] ?? []) {
      if (isPlaced[one] === 1) continue;
      open[one] = (open[one] ?? 0) - 1;
      if (open[one] === 0) ready.push(one);
    }
  }
  return { layer, before, backward };
}

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
