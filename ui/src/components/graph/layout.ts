/**
 * Where the nodes of a graph stand and how its edges run: layers from left to right, each node after all it comes
 * after. Parts that nothing joins stand beside and below each other. The same graph is always laid out alike.
 */
import { bentOf } from './bends';
import { type Before, layersOf, partsOf } from './layers';
import { type Edge, type Leg, legsOf } from './legs';
import { orderLayers, type Ranks } from './order';
import { type Box, pack } from './pack';
import { placeItems } from './place';

/** The size of a node, in pixels. */
export const NODE = { width: 200, height: 52 };
/** Between nodes of a layer, and where an edge passes one. */
const APART = 20;
const PASSING = 13;
/** Between layers: more where many edges run. */
const LEAST = 56;
const MOST = 160;
/** So many bends are made at most, for each node or in a small graph; the longest edges that need more run straight. */
const BENDS = { each: 4, least: 2_000 };

export interface Layout {
  /** The upper left corner of each node. */
  x: Float64Array;
  y: Float64Array;
  width: number;
  height: number;
  legs: readonly Leg[];
  edges: readonly Edge[];
  /** How many bends were made: a bound on the work. */
  bends: number;
}

type Loose = (from: number, to: number) => boolean;

/** Lays a graph out. Edges that are loose may be taken or not; they are laid out as the others. */
export function layoutOf(graph: Before, isLoose: Loose = () => false): Layout {
  const { layer, before, backward } = layersOf(graph);
  const x = new Float64Array(graph.length);
  const y = new Float64Array(graph.length);
  const legs: Leg[] = [];
  const edges: Edge[] = [];
  const room = Math.max(BENDS.least, BENDS.each * graph.length);
  let bends = 0;
  const parts = partsOf(before).map((nodes): Part => {
    const part = partOf(nodes, before, layer, room - bends, isLoose);
    bends += part.bends;
    return part;
  });
  const { places, width, height } = pack(parts);
  parts.forEach((part, n) => {
    const { left, top } = places[n] ?? { left: 0, top: 0 };
    part.nodes.forEach((node, at) => {
      x[node] = left + (part.x[at] ?? 0);
      y[node] = top + (part.y[at] ?? 0);
    });
    const first = legs.length;
    for (const leg of part.legs) legs.push(moved(leg, left, top, first));
    for (const edge of part.edges) edges.push({ ...edge, leg: first + edge.leg });
  });
  for (const [from, to] of backward) {
    const [x1, x2] = [(x[from] ?? 0) + NODE.width, x[to] ?? 0];
    const [y1, y2] = [(y[from] ?? 0) + NODE.height / 2, (y[to] ?? 0) + NODE.height / 2];
    edges.push({ from, to, leg: legs.length, isBack: true });
    legs.push({
      x0: x1,
      x1,
      y1,
      x2,
      y2,
      x3: x2,
      to,
      isEnd: true,
      isLoose: isLoose(from, to),
      joins: -1,
    });
  }
  return { x, y, width, height, legs, edges, bends };
}

function moved(leg: Leg, left: number, top: number, first: number): Leg {
  return {
    x0: left + leg.x0,
    x1: left + leg.x1,
    y1: top + leg.y1,
    x2: left + leg.x2,
    y2: top + leg.y2,
    x3: left + leg.x3,
    to: leg.to,
    isEnd: leg.isEnd,
    isLoose: leg.isLoose,
    joins: leg.joins < 0 ? -1 : first + leg.joins,
  };
}

interface Part extends Box, Layout {
  nodes: readonly number[];
}

/** Nodes that edges join, laid out by themselves. */
function partOf(
  nodes: readonly number[],
  before: Before,
  layerOf: Int32Array,
  room: number,
  isLoose: Loose,
): Part {
  if (nodes.length === 1) return single(nodes);
  const bent = bentOf(nodes, before, layerOf, room);
  const { layer, owner, up, down } = bent;
  const ranks: Ranks = { layers: [], up, down };
  layer.forEach((at, item) => {
    while (ranks.layers.length <= at) ranks.layers.push([]);
    ranks.layers[at]?.push(item);
  });
  for (const items of ranks.layers)
    items.sort((a, b) => (owner[a] ?? 0) - (owner[b] ?? 0) || a - b);
  orderLayers(ranks);
  const isBend = (item: number) => item >= nodes.length;
  const half = (item: number) => (isBend(item) ? 0 : NODE.height / 2);
  const middle = placeItems(ranks, isBend, (a, b) => {
    const gap = isBend(a) || isBend(b) ? PASSING : APART;
    return half(a) + half(b) + gap;
  });
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  middle.forEach((at, item) => {
    top = Math.min(top, at - half(item));
    bottom = Math.max(bottom, at + half(item));
  });
  const columns = columnsOf(ranks);
  const left = (item: number) => columns[layer[item] ?? 0] ?? 0;
  const across = (item: number) => Math.round((middle[item] ?? 0) - top);
  const { legs, edges } = legsOf(
    nodes,
    bent,
    {
      left,
      right: (item) => left(item) + NODE.width,
      middle: across,
    },
    isLoose,
  );
  return {
    nodes,
    x: Float64Array.from(nodes, (_, item) => left(item)),
    y: Float64Array.from(nodes, (_, item) => across(item) - NODE.height / 2),
    width: (columns.at(-1) ?? 0) + NODE.width,
    height: Math.ceil(bottom - top),
    isSingle: false,
    legs,
    edges,
    bends: layer.length - nodes.length,
  };
}

function single(nodes: readonly number[]): Part {
  const none = { legs: [], edges: [], bends: 0 };
  return {
    nodes,
    x: new Float64Array(1),
    y: new Float64Array(1),
    ...NODE,
    ...none,
    isSingle: true,
  };
}

/** Where each layer begins. */
function columnsOf({ layers, down }: Ranks): number[] {
  let at = 0;
  return layers.map((items) => {
    const begin = at;
    const edges = items.reduce((sum, item) => sum + (down[item]?.length ?? 0), 0);
    at += NODE.width + Math.round(Math.min(MOST, LEAST + edges / 2));
    return begin;
  });
}
