/** The tasks that a run could not have ended sooner without. */
import type { RunSteps, RunTask } from '@/ipc';

type Timed = Pick<RunTask, 'id' | 'attempts'>;

/** When a task ended, later than all while it goes on; nothing where it never began. */
function endOf({ attempts }: Timed): number | null {
  const last = attempts.at(-1);
  if (!last) return null;
  return last.ended_at === null ? Number.POSITIVE_INFINITY : Date.parse(last.ended_at);
}

/** When a task began, or was to; nothing where it never was. */
function beginOf({ attempts }: Timed): number | null {
  const first = attempts[0];
  return first ? Date.parse(first.started_at ?? first.queued_at) : null;
}

/**
 * From the task that ended last, back to each time the one of those before it that ended last: what stands
 * on the way to the end.
 */
export function criticalPath(
  tasks: readonly Timed[],
  steps: RunSteps | undefined,
): ReadonlySet<string> {
  const ends = new Map(tasks.map((task) => [task.id, endOf(task)]));
  const begins = new Map(tasks.map((task) => [task.id, beginOf(task)]));
  const before = new Map(steps?.tasks.map(({ id, depends_on }) => [id, [...(depends_on ?? [])]]));
  // What began once a branch or a failure had ended may be what that called; a guided step may lead back, too.
  for (const { id, leads_to = [] } of steps?.tasks ?? [])
    for (const other of leads_to) {
      const [end, begin] = [ends.get(id) ?? null, begins.get(other) ?? null];
      if (end !== null && begin !== null && end <= begin) before.get(other)?.push(id);
    }
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
