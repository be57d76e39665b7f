/** Legs and nodes as the words of an SVG path. */
import { NODE } from './layout';
import type { Leg } from './legs';

interface Origin {
  x: number;
  y: number;
}

/** The head of an arrow, in pixels. */
const HEAD = 6;
/** A curve swings out so far. */
const SWING = 60;
/** One that leads back swings out so far beside its nodes, */
const ASIDE = 28;
/** and runs so far above them, further up the further it leads: between the nodes and those above them. */
const ABOVE = { least: 6, most: 18, each: 160 };

/** Legs, counted from `origin`; with heads where they end at a node. */
export function linesOf(legs: Iterable<Leg>, { x, y }: Origin): string {
  let path = '';
  for (const leg of legs) {
    const [x1, y1, x2, y2] = [at(leg.x1, x), at(leg.y1, y), at(leg.x2, x), at(leg.y2, y)];
    path += `M${at(leg.x0, x)} ${y1}`;
    if (leg.x1 !== leg.x0) path += `H${x1}`;
    if (y1 === y2 && x2 > x1) path += `H${x2}`;
    else if (x2 > x1) {
      const bow = Math.min(SWING, (x2 - x1) / 2);
      path += `C${x1 + bow} ${y1} ${x2 - bow} ${y2} ${x2} ${y2}`;
    } else {
      const top = at(topOf(leg), y);
      path += `C${x1 + ASIDE} ${y1} ${x1 + ASIDE} ${top} ${x1} ${top}H${x2}`;
      path += `C${x2 - ASIDE} ${top} ${x2 - ASIDE} ${y2} ${x2} ${y2}`;
    }
    if (leg.x3 !== leg.x2) path += `H${at(leg.x3, x)}`;
    if (leg.isEnd) path += `m${-HEAD} ${-HEAD * 0.7}l${HEAD} ${HEAD * 0.7}l${-HEAD} ${HEAD * 0.7}`;
  }
  return path;
}

/** How far up a leg reaches. */
function topOf({ x1, x2, y1, y2 }: Leg): number {
  if (x2 > x1) return Math.min(y1, y2);
  const above = Math.min(ABOVE.most, ABOVE.least + (x1 - x2) / ABOVE.each);
  return Math.min(y1, y2) - NODE.height / 2 - above;
}

/** What a leg may take of the graph. */
export function boundsOf(leg: Leg): { left: number; right: number; top: number; bottom: number } {
  const aside = leg.x2 > leg.x1 ? 0 : ASIDE;
  return {
    left: Math.min(leg.x0, leg.x3) - aside,
    right: Math.max(leg.x0, leg.x3) + aside,
    top: topOf(leg),
    bottom: Math.max(leg.y1, leg.y2),
  };
}

/** Nodes as plain boxes. */
export function boxesOf(
  nodes: Iterable<number>,
  xs: Float64Array,
  ys: Float64Array,
  { x, y }: Origin,
): string {
  let path = '';
  for (const node of nodes)
    path += `M${at(xs[node] ?? 0, x)} ${at(ys[node] ?? 0, y)}h${NODE.width}v${NODE.height}h${-NODE.width}z`;
  return path;
}

function at(place: number, origin: number): number {
  return Math.round((place - origin) * 2) / 2;
}
