/** What of a graph lies in a part of it. */
import { type Layout, NODE } from './layout';
import type { Leg } from './legs';
import { boundsOf } from './lines';
import type { Rect } from './view';

export interface Near {
  /** The nodes that lie in a part of the graph, from left to right. */
  nodesIn: (rect: Rect) => number[];
  /** The legs that run through it, so many at most: of more, some of everywhere. */
  legsIn: (rect: Rect, most: number) => Leg[];
}

/** A leg that is longer than this is looked for by itself. */
const LONG = 800;

export function nearOf({ x, y, legs }: Layout): Near {
  const nodes = Array.from(x, (_, node) => node).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b);
  const bounded = legs.map((leg) => ({ leg, ...boundsOf(leg) }));
  const isLong = ({ left, right }: Bounded) => right - left > LONG;
  const long = bounded.filter(isLong);
  const short = bounded.filter((one) => !isLong(one)).sort((a, b) => a.left - b.left);
  const all = [...long, ...short];
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
      const found: number[] = [];
      const look = (at: number) => {
        if (isIn(all[at], rect)) found.push(at);
      };
      for (let n = 0; n < long.length; n++) look(n);
      let n = long.length;
      n += firstFrom(short.length, (at) => short[at]?.left ?? 0, rect.x - LONG);
      for (; n < all.length && (all[n]?.left ?? 0) <= rect.x + rect.width; n++) look(n);
      // Of too many, every second is left out, then of the rest: everywhere, and the same after a move.
      let each = 1;
      let taken = found;
      while (taken.length > most) {
        each *= 2;
        taken = found.filter((at) => at % each === 0);
      }
      return taken.flatMap((at) => all[at]?.leg ?? []);
    },
  };
}

interface Bounded extends ReturnType<typeof boundsOf> {
  leg: Leg;
}

function isIn(of: ReturnType<typeof boundsOf> | undefined, rect: Rect): boolean {
  return (
    of !== undefined &&
    of.right >= rect.x &&
    of.left <= rect.x + rect.width &&
    of.bottom >= rect.y &&
    of.top <= rect.y + rect.height
  );
}

/** Whether a leg may be seen in a part of the graph. */
export function runsThrough(leg: Leg, rect: Rect): boolean {
  return isIn(boundsOf(leg), rect);
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
