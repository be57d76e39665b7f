/**
 * The bends of edges that pass layers: one in each layer between, so that an edge runs between nodes and not behind
 * them. Edges that leave one node, or that lead to one, share a trunk of bends.
 */
import type { Ranks } from './order';

export interface Link {
  from: number;
  to: number;
  /** Whose trunk it runs along; `none` where it leads to the next layer, or there was no room for more bends. */
  trunk: 'from' | 'to' | 'none';
}

export interface Bent extends Omit<Ranks, 'layers'> {
  /** The layer of each item: first the nodes, then the bends. */
  layer: number[];
  /** The node whose trunk an item is a part of; a node's is itself. */
  owner: number[];
  links: Link[];
  /** The bends of what leaves a node, those of the layer after it first. */
  leaving: ReadonlyMap<number, readonly number[]>;
  /** The bends of what leads to a node, those of the layer before it first. */
  leading: ReadonlyMap<number, readonly number[]>;
}

/** Makes at most `room` bends, for short edges first. Nodes are named by their places in `nodes`. */
export function bentOf(
  nodes: readonly number[],
  before: readonly (readonly number[])[],
  layerOf: Int32Array,
  room: number,
): Bent {
  const local = new Map(nodes.map((node, at) => [node, at]));
  const layer = nodes.map((node) => layerOf[node] ?? 0);
  const owner = nodes.map((_, at) => at);
  const up: number[][] = nodes.map(() => []);
  const down: number[][] = nodes.map(() => []);
  const span = ({ from, to }: { from: number; to: number }) =>
    (layer[to] ?? 0) - (layer[from] ?? 0);
  const links: Link[] = nodes
    .flatMap((node, to) =>
      (before[node] ?? []).map((one): Link => ({ from: local.get(one) ?? 0, to, trunk: 'none' })),
    )
    .sort((a, b) => span(a) - span(b));
  const [outs, ins] = [new Int32Array(nodes.length), new Int32Array(nodes.length)];
  for (const link of links) {
    if (span(link) < 2) continue;
    outs[link.from] = (outs[link.from] ?? 0) + 1;
    ins[link.to] = (ins[link.to] ?? 0) + 1;
  }
  const leaving = new Map<number, number[]>();
  const leading = new Map<number, number[]>();
  const join = (from: number, to: number) => {
    down[from]?.push(to);
    up[to]?.push(from);
  };
  const bend = (at: number, of: number): number => {
    layer.push(at);
    owner.push(of);
    up.push([]);
    down.push([]);
    return layer.length - 1;
  };
  for (const link of links) {
    const { from, to } = link;
    const needed = span(link) - 1;
    if (needed === 0) {
      join(from, to);
      continue;
    }
    const isTo = (ins[to] ?? 0) > (outs[from] ?? 0);
    const [trunks, of] = isTo ? [leading, to] : [leaving, from];
    const trunk = trunks.get(of) ?? [];
    if (layer.length - nodes.length + needed - trunk.length > room) continue;
    trunks.set(of, trunk);
    while (trunk.length < needed) {
      const last = trunk.at(-1) ?? of;
      const next = bend((layer[last] ?? 0) + (isTo ? -1 : 1), of);
      if (isTo) join(next, last);
      else join(last, next);
      trunk.push(next);
    }
    const end = trunk[needed - 1] ?? of;
    if (isTo) join(from, end);
    else join(end, to);
    link.trunk = isTo ? 'to' : 'from';
  }
  return { layer, owner, up, down, links, leaving, leading };
}
