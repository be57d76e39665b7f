/** From one node of a graph to another by arrow keys: along the edges, and among those beside each other. */
import type { Layout } from './layout';

export type Way = 'left' | 'right' | 'up' | 'down';

export interface Links {
  before: readonly (readonly number[])[];
  after: readonly (readonly number[])[];
  /** To which a node leads back: it comes after them, not before. */
  back: readonly (readonly number[])[];
}

export function linksOf({ x, edges }: Layout): Links {
  const before: number[][] = Array.from(x, () => []);
  const after: number[][] = Array.from(x, () => []);
  const back: number[][] = Array.from(x, () => []);
  for (const { from, to, isBack } of edges)
    if (isBack) back[from]?.push(to);
    else {
      before[to]?.push(from);
      after[from]?.push(to);
    }
  return { before, after, back };
}

/** How much less what lies aside counts as near. */
const ASIDE = 3;

/** Where a key leads from a node; nothing where there is none that way. */
export function step(layout: Layout, links: Links, from: number, way: Way): number | undefined {
  const isAlong = way === 'left' || way === 'right';
  const joined = (way === 'left' ? links.before : links.after)[from] ?? [];
  if (isAlong && joined.length > 0) return closest(layout, from, joined);
  const isAlone = (links.before[from]?.length ?? 0) + (links.after[from]?.length ?? 0) === 0;
  if (isAlong && !isAlone) return undefined;
  const sign = way === 'left' || way === 'up' ? -1 : 1;
  let found: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let node = 0; node < layout.x.length; node++) {
    const across = (layout.x[node] ?? 0) - (layout.x[from] ?? 0);
    const along = (layout.y[node] ?? 0) - (layout.y[from] ?? 0);
    const [ahead, aside] = isAlong ? [sign * across, along] : [sign * along, across];
    if (ahead <= 0) continue;
    const far = ahead + ASIDE * Math.abs(aside);
    if (far >= least) continue;
    least = far;
    found = node;
  }
  return found;
}

function closest({ y }: Layout, from: number, among: readonly number[]): number | undefined {
  const far = (node: number) => Math.abs((y[node] ?? 0) - (y[from] ?? 0));
  return among.reduce<number | undefined>(
    (best, node) => (best === undefined || far(node) < far(best) ? node : best),
    undefined,
  );
}
