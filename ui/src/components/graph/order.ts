/** In which order what stands in a layer stands there, so that few edges cross. */

/**
 * Layers of items. Items are nodes and the bends of edges that pass a layer; each is joined only with
 * items of the layers beside its own.
 */
export interface Ranks {
  /** The items of each layer, in the order in which they stand. */
  layers: number[][];
  /** For each item, those of the layer before that lead to it. */
  up: readonly (readonly number[])[];
  /** For each item, those of the next layer that it leads to. */
  down: readonly (readonly number[])[];
}

/** How often all layers are gone through, by how many items and joints there are: a bound on the work. */
function sweepsFor(work: number): number {
  if (work <= 8_000) return 16;
  return work <= 60_000 ? 8 : 4;
}

/** Up to so many items, with so many joints, neighbours are also tried the other way round. */
const SWAPPED = 800;
const JOINTS = 3_200;

/** Puts each layer in an order with few crossings; how many are left. */
export function orderLayers(ranks: Ranks): number {
  const { layers, up, down } = ranks;
  const place = new Float64Array(up.length);
  const settle = () => {
    for (const layer of layers)
      layer.forEach((item, at) => {
        place[item] = at;
      });
  };
  settle();
  let best = layers.map((layer) => [...layer]);
  let least = crossings(ranks, place);
  let joints = 0;
  for (const from of up) joints += from.length;
  const areSwapped = up.length <= SWAPPED && joints <= JOINTS;
  const sweeps = sweepsFor(up.length + joints);
  for (let sweep = 0; sweep < sweeps && least > 0; sweep++) {
    const isForth = sweep % 2 === 0;
    const order = isForth ? layers : [...layers].reverse();
    for (const layer of order) arrange(layer, isForth ? up : down, place);
    if (areSwapped) swapNeighbours(ranks, place);
    const left = crossings(ranks, place);
    if (left >= least) continue;
    least = left;
    best = layers.map((layer) => [...layer]);
  }
  best.forEach((layer, at) => {
    layers[at] = layer;
  });
  return least;
}

/** Sorts a layer by the middle of what its items are joined with; the rest keeps its place. */
function arrange(layer: number[], joined: Ranks['up'], place: Float64Array) {
  const wish = new Map<number, number>();
  for (const item of layer) {
    const others = joined[item] ?? [];
    let sum = 0;
    for (const one of others) sum += place[one] ?? 0;
    wish.set(item, others.length > 0 ? sum / others.length : (place[item] ?? 0));
  }
  layer.sort(
    (a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || (place[a] ?? 0) - (place[b] ?? 0),
  );
  layer.forEach((item, at) => {
    place[item] = at;
  });
}

/** Exchanges two that stand side by side wherever that saves a crossing. */
function swapNeighbours({ layers, up, down }: Ranks, place: Float64Array) {
  for (const layer of layers) {
    for (let at = 0; at + 1 < layer.length; at++) {
      const [a, b] = [layer[at] ?? 0, layer[at + 1] ?? 0];
      const now = between(up, a, b, place) + between(down, a, b, place);
      const then = between(up, b, a, place) + between(down, b, a, place);
      if (then >= now) continue;
      layer[at] = b;
      layer[at + 1] = a;
      place[b] = at;
      place[a] = at + 1;
    }
  }
}

/** How often the edges of one item cross those of the item after it. */
function between(joined: Ranks['up'], first: number, second: number, place: Float64Array): number {
  let count = 0;
  for (const one of joined[first] ?? [])
    for (const other of joined[second] ?? []) if ((place[one] ?? 0) > (place[other] ?? 0)) count++;
  return count;
}

/** How many pairs of edges cross. */
export function crossings({ layers, down }: Ranks, place: Float64Array): number {
  let count = 0;
  layers.forEach((layer, at) => {
    const next = layers[at + 1];
    if (!next) return;
    // A tree of sums: how many edges so far end behind a place.
    const sums = new Int32Array(next.length + 1);
    let all = 0;
    for (const item of layer) {
      const ends = (down[item] ?? []).map((one) => place[one] ?? 0).sort((a, b) => a - b);
      for (const end of ends) {
        let before = 0;
        for (let i = end + 1; i > 0; i -= i & -i) before += sums[i] ?? 0;
        count += all - before;
      }
      for (const end of ends) {
        for (let i = end + 1; i <= next.length; i += i & -i) sums[i] = (sums[i] ?? 0) + 1;
        all++;
      }
    }
  });
  return count;
}
