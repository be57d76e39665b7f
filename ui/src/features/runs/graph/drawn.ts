/** A run's tasks as a graph: which comes after which, laid out once for each definition. */
import { useEffect, useMemo, useState } from 'react';
import { type Edge, type Layout, type Links, layoutOf, linksOf } from '@/components/graph';
import type { RunSteps, RunTask } from '@/ipc';

export interface Drawn {
  layout: Layout;
  links: Links;
}

/** Graphs with more tasks and edges are laid out once something is on the screen. */
const AT_ONCE = 3_000;

/** What was laid out: it follows from the definition alone. */
const known = new WeakMap<RunSteps, Drawn & { of: number }>();

interface Order {
  /** For each task, the places of those it comes after, or that may start it. */
  before: number[][];
  /** Whether one may start the other and need not: a branch, a fallback, a way that leads on. */
  isLoose: (from: number, to: number) => boolean;
}

export function orderOf(tasks: readonly Pick<RunTask, 'id'>[], steps: RunSteps): Order {
  const places = new Map(tasks.map(({ id }, at) => [id, at]));
  const before: number[][] = tasks.map(() => []);
  const edgeOf = (from: number, to: number) => from * tasks.length + to;
  const all = new Set<number>();
  const loose = new Set<number>();
  const join = (from: number | undefined, to: number | undefined, of = all) => {
    if (from === undefined || to === undefined || all.has(edgeOf(from, to))) return;
    before[to]?.push(from);
    all.add(edgeOf(from, to));
    of.add(edgeOf(from, to));
  };
  for (const { id, depends_on = [] } of steps.tasks)
    for (const one of depends_on) join(places.get(one), places.get(id));
  for (const { id, leads_to = [] } of steps.tasks)
    for (const other of leads_to) join(places.get(id), places.get(other), loose);
  return { before, isLoose: (from, to) => loose.has(edgeOf(from, to)) };
}

function drawnOf(tasks: readonly RunTask[], steps: RunSteps): Drawn {
  const before = known.get(steps);
  if (before?.of === tasks.length) return before;
  const order = orderOf(tasks, steps);
  const layout = layoutOf(order.before, order.isLoose);
  const made = { layout, links: linksOf(layout), of: tasks.length };
  known.set(steps, made);
  return made;
}

/** Whether it is laid out before anybody would notice. */
function isQuick(tasks: readonly RunTask[], steps: RunSteps): boolean {
  let work = tasks.length;
  for (const { depends_on = [], leads_to = [] } of steps.tasks)
    work += depends_on.length + leads_to.length;
  return work <= AT_ONCE;
}

/** The graph of a run; nothing while it is laid out, or its definition is not here. */
export function useDrawnRun(
  tasks: readonly RunTask[],
  steps: RunSteps | undefined,
): Drawn | undefined {
  const count = tasks.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as below
  const isSoon = useMemo(
    () => steps && (known.get(steps)?.of === count || isQuick(tasks, steps)),
    [steps, count],
  );
  const [later, setLater] = useState<Drawn>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run has the same tasks for as long as it is there
  const soon = useMemo(
    () => (steps && isSoon ? drawnOf(tasks, steps) : undefined),
    [steps, count, isSoon],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    if (!steps || isSoon) return;
    // Two frames later what says so is on the screen.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setLater(drawnOf(tasks, steps)));
    });
    return () => cancelAnimationFrame(frame);
  }, [steps, count, isSoon]);
  return soon ?? later;
}

/** The edges into a task and out of it; of each so many at most, for more are a wall. */
export function edgesAt(layout: Layout, task: number | undefined, most: number) {
  const before: Edge[] = [];
  const after: Edge[] = [];
  if (task !== undefined)
    for (const edge of layout.edges) {
      if (edge.to === task && before.length < most) before.push(edge);
      if (edge.from === task && after.length < most) after.push(edge);
    }
  return { before, after };
}

/** The edges of a way, whose tasks are told from the last back to the first. */
export function edgesAlong(layout: Layout, way: readonly number[]): Edge[] {
  const before = new Map(way.map((task, at) => [task, way[at + 1]]));
  return layout.edges.filter(({ from, to }) => before.get(to) === from);
}
