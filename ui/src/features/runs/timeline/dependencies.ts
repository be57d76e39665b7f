/** Which tasks stand before and after one, and the lines between their rows. */
import type { RunSteps } from '@/ipc';

/** A line from the end of one task to the beginning of another. */
export interface Elbow {
  from: string;
  to: string;
  /** Whether it leads to the task in question, or from it on. */
  way: 'before' | 'after';
}

export interface Neighbours {
  before: ReadonlyMap<string, readonly string[]>;
  after: ReadonlyMap<string, readonly string[]>;
}

export function neighboursOf(steps: RunSteps | undefined): Neighbours {
  const before = new Map<string, readonly string[]>();
  const after = new Map<string, string[]>();
  for (const { id, depends_on = [] } of steps?.tasks ?? []) {
    before.set(id, depends_on);
    for (const one of depends_on) {
      const known = after.get(one);
      if (known) known.push(id);
      else after.set(one, [id]);
    }
  }
  return { before, after };
}

/** The lines of one task, both ways; of each way so many at most, for more are a wall. */
export function elbowsOf({ before, after }: Neighbours, id: string, most: number): Elbow[] {
  const into = (before.get(id) ?? []).slice(0, most);
  const on = (after.get(id) ?? []).slice(0, most);
  return [
    ...into.map((from): Elbow => ({ from, to: id, way: 'before' })),
    ...on.map((to): Elbow => ({ from: id, to, way: 'after' })),
  ];
}

interface Point {
  x: number;
  y: number;
}

/** The three boxes of a line with two corners; what lies outside of `top` and `bottom` is left out. */
export function boxesOf(from: Point, to: Point, top: number, bottom: number) {
  // It turns just before the later task; where that began sooner, it goes back to it.
  const turn = to.x - from.x > 2 * TURN ? to.x - TURN : Math.max(from.x, to.x) + TURN;
  const across = (y: number, a: number, b: number) => ({
    left: Math.min(a, b),
    top: y,
    width: Math.abs(b - a) + 1,
    height: 1,
  });
  const high = Math.max(top, Math.min(from.y, to.y));
  const low = Math.min(bottom, Math.max(from.y, to.y));
  return [
    across(from.y, from.x, turn),
    { left: turn, top: high, width: 1, height: Math.max(0, low - high) },
    across(to.y, turn, to.x),
  ].filter(({ top: y, height }) => height > 0 && y >= top && y <= bottom);
}

/** So far before a task its lines turn, in pixels. */
const TURN = 6;
