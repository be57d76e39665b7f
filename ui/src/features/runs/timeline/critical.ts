/** The tasks that a run could not have ended sooner without. */
import type { RunSteps, RunTask } from '@/ipc';

type Timed = Pick<RunTask, 'id' | 'attempts'>;

/** When a task ended, or now while it goes on; nothing where it never began. */
function endOf({ attempts }: Timed, now: number): number | null {
  const last = attempts.at(-1);
  if (!last) return null;
  return last.ended_at === null ? now : Date.parse(last.ended_at);
}

/**
 * From the task that ended last, back to each time the one of those before it that ended last: what stands
 * on the way to the end.
 */
export function criticalPath(
  tasks: readonly Timed[],
  steps: RunSteps | undefined,
  now: number,
): ReadonlySet<string> {
  const ends = new Map(tasks.map((task) => [task.id, endOf(task, now)]));
  const before = new Map(steps?.tasks.map(({ id, depends_on }) => [id, [...(depends_on ?? [])]]));
  // What a branch or a failure called came after that; a guided step may lead back to an earlier one.
  for (const { id, leads_to = [] } of steps?.tasks ?? [])
    for (const other of leads_to)
      if ((ends.get(id) ?? now) <= (ends.get(other) ?? now)) before.get(other)?.push(id);
  const latest = (ids: Iterable<string>): string | undefined => {
    let found: string | undefined;
    let end = Number.NEGATIVE_INFINITY;
    for (const id of ids) {
      const at = ends.get(id);
      if (at === undefined || at === null || at <= end) continue;
      found = id;
      end = at;
    }
    return found;
  };
  const path = new Set<string>();
  let at = latest(ends.keys());
  while (at !== undefined && !path.has(at)) {
    path.add(at);
    at = latest(before.get(at) ?? []);
  }
  return path;
}

/** Whether some task comes after another: else there is no way to show. */
export function hasOrder(steps: RunSteps | undefined): boolean {
  return (
    steps?.tasks.some(
      ({ depends_on = [], leads_to = [] }) => depends_on.length + leads_to.length > 0,
    ) ?? false
  );
}
