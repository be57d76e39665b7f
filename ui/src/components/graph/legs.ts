/** The lines of a graph: edges in legs, of which edges that run alike share some. */
import type { Bent } from './bends';

/** A part of an edge: straight past a layer, a curve to another, straight past that. */
export interface Leg {
  x0: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  x3: number;
  /** The node to which all edges lead that have this leg; -1 where they lead to several. */
  to: number;
  /** Whether it ends at that node. */
  isEnd: boolean;
  /** Whether all edges that have this leg may be taken or not. */
  isLoose: boolean;
  /** The leg that every edge with this one has as well; -1 where there is none. */
  joins: number;
}

export interface Edge {
  from: number;
  to: number;
  /** The one leg that is its own; the others follow from what that joins. */
  leg: number;
  /** Whether it leads back to what stands before. */
  isBack?: true;
}

/** Where the items of a part stand: the two sides of the layer, and the middle along it. */
interface Places {
  left: (item: number) => number;
  right: (item: number) => number;
  middle: (item: number) => number;
}

/** The edges of a part. `nodes` are its nodes as the whole graph counts them. */
export function legsOf(
  nodes: readonly number[],
  bent: Bent,
  at: Places,
  isLoose: (from: number, to: number) => boolean,
) {
  const legs: Leg[] = [];
  const isBend = (item: number) => item >= nodes.length;
  const add = (from: number, to: number, more: Pick<Leg, 'to' | 'joins'> & Partial<Leg>) => {
    const [x1, x2] = [at.right(from), at.left(to)];
    const [y1, y2] = [at.middle(from), at.middle(to)];
    const isEnd = !isBend(to);
    legs.push({ x0: x1, x1, y1, x2, y2, x3: x2, isEnd, isLoose: false, ...more });
    return legs.length - 1;
  };
  /** The leg into each bend of what leaves a node, and the one out of each bend of what leads to one. */
  const along = new Map<number, number>();
  for (const [of, trunk] of bent.leaving)
    trunk.forEach((bend, n) => {
      const last = trunk[n - 1];
      const joins = last === undefined ? -1 : (along.get(last) ?? -1);
      along.set(bend, add(last ?? of, bend, { to: -1, joins, x3: at.right(bend) }));
    });
  for (const [of, trunk] of bent.leading)
    trunk.forEach((bend, n) => {
      const next = trunk[n - 1];
      const joins = next === undefined ? -1 : (along.get(next) ?? -1);
      along.set(bend, add(bend, next ?? of, { to: nodes[of] ?? -1, joins, x0: at.left(bend) }));
    });
  const edges = bent.links.map(({ from, to, trunk }): Edge => {
    const [node, end] = [nodes[from] ?? 0, nodes[to] ?? 0];
    const passed = (bent.layer[to] ?? 0) - (bent.layer[from] ?? 0) - 1;
    const bends = trunk === 'from' ? bent.leaving.get(from) : bent.leading.get(to);
    const bend = trunk === 'none' ? undefined : bends?.[passed - 1];
    if (bend === undefined)
      return {
        from: node,
        to: end,
        leg: add(from, to, { to: end, joins: -1, isLoose: isLoose(node, end) }),
      };
    const joins = along.get(bend) ?? -1;
    const leg =
      trunk === 'from'
        ? add(bend, to, { to: end, joins, isLoose: isLoose(node, end) })
        : add(from, bend, { to: end, joins, isLoose: isLoose(node, end) });
    return { from: node, to: end, leg };
  });
  tellTrunks(legs, new Set(along.values()));
  return { legs, edges };
}

/** A trunk leads where all do that run along it, and may be taken or not where they all may. */
function tellTrunks(legs: Leg[], trunks: ReadonlySet<number>) {
  const isTold = new Uint8Array(legs.length);
  // Each stands after the one it joins.
  for (let at = legs.length - 1; at >= 0; at--) {
    const leg = legs[at];
    const trunk = legs[leg?.joins ?? -1];
    if (!leg || !trunk || !trunks.has(leg.joins)) continue;
    const isFirst = isTold[leg.joins] === 0;
    isTold[leg.joins] = 1;
    trunk.isLoose = leg.isLoose && (isFirst || trunk.isLoose);
    trunk.to = isFirst || trunk.to === leg.to ? leg.to : -1;
  }
}

/** The legs of one edge. */
export function* legsAlong(legs: readonly Leg[], edge: Edge): Generator<Leg> {
  let leg = legs[edge.leg];
  while (leg) {
    yield leg;
    leg = legs[leg.joins];
  }
}
