/** What of a graph lies in a part of it. */
import { type Layout, NODE } from './layout';
import type { Leg } from './legs';
import type { Rect } from './view';

export interface Near {
  /** The nodes that lie in a part of the graph, from left to right. */
  nodesIn: (rect: Rect) => number[];
  /** The legs that run through it, so many at most. */
  legsIn: (rect: Rect, most: number) => Leg[];
}

/** A leg that is longer than this is looked for by itself. */
const LONG = 800;

export function nearOf({ x, y, legs }: Layout): Near {
  const nodes = Array.from(x, (_, node) => node).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b);
  const long = legs.filter((leg) => lengthOf(leg) > LONG);
  const short = legs.filter((leg) => lengthOf(leg) <= LONG).sort((a, b) => beginOf(a) - beginOf(b));
  return {
    nodesIn: (rect) => {
      const found: number[] = [];
      for (
        let n = firstFrom(nodes.length, (at) => x[nodes[at] ?? 0] ?? 0, rect.x - NODE.width);
        n < nodes.length;
        n++
      ) {
        const node = nodes[n] ?? 0;
        if ((x[node] ?? 0) > rect.x + rect.width) break;
        const top = y[node] ?? 0;
        if (top + NODE.height >= rect.y && top <= rect.y + rect.height) found.push(node);
      }
      return found;
    },
    legsIn: (rect, most) => {
      const found = long.filter((leg) => runsThrough(leg, rect)).slice(0, most);
      let n = firstFrom(short.length, (at) => beginOf(short[at]), rect.x - LONG);
      for (; n < short.length && found.length < most; n++) {
        const leg = short[n];
        if (!leg || beginOf(leg) > rect.x + rect.width) break;
        if (runsThrough(leg, rect)) found.push(leg);
      }
      return found;
    },
  };
}

function beginOf(leg: Leg | undefined): number {
  return leg ? Math.min(leg.x0, leg.x3) : 0;
}

function lengthOf({ x0, x3 }: Leg): number {
  return Math.abs(x3 - x0);
}

/** Whether a leg may be seen in a part of the graph. */
export function runsThrough({ x0, x3, y1, y2 }: Leg, rect: Rect): boolean {
  return (
    Math.max(x0, x3) >= rect.x &&
    Math.min(x0, x3) <= rect.x + rect.width &&
    Math.max(y1, y2) >= rect.y &&
    Math.min(y1, y2) <= rect.y + rect.height
  );
}

/** The first of so many, in their order, that is at least this. */
function firstFrom(count: number, of: (at: number) => number, least: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(middle) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
