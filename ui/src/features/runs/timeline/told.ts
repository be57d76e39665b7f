/** The tasks of a run, put together from what `run_timeline` tells of them, first all and then what has changed. */
import type { RunAttempt, RunTask, RunTimeline } from '@/ipc';

export interface Told {
  /** From where on the next answer tells. */
  seen: string;
  tasks: readonly RunTask[];
}

/** How a run stands after one more answer. Tasks that have not changed stay the same objects. */
export function takeIn(before: Told | undefined, told: RunTimeline): Told {
  const { seen, plan, at = [] } = told;
  if (!plan && before && at.length === 0)
    return seen === before.seen ? before : { ...before, seen };
  const more = new Map(told.more.map((one) => [one.at, one]));
  const tasks = plan ? plan.ids.map((id, n) => planned(plan, id, n)) : [...(before?.tasks ?? [])];
  const nameOf = (place: number) => tasks[place]?.id ?? '';
  let from = 0;
  told.tries.forEach((tries, n) => {
    const place = plan ? n : (at[n] ?? -1);
    const task = tasks[place];
    const attempts = attemptsOf(told, from, tries);
    from += tries;
    if (!task) return;
    const { sent_back = [], waits_for, at: _, ...others } = more.get(place) ?? {};
    for (const [number, error] of sent_back) {
      const attempt = attempts.find((one) => one.number === number);
      if (attempt) attempt.error = error;
    }
    tasks[place] = {
      id: task.id,
      name: task.name,
      action: task.action,
      status: told.statuses[told.status[n] ?? 0] ?? 'queued',
      attempts,
      output_bytes: told.output_bytes[n] || undefined,
      ...others,
      ...(waits_for && { waits_for: waits_for.map(nameOf) }),
    };
  });
  return { seen, tasks };
}

function planned(plan: NonNullable<RunTimeline['plan']>, id: string, n: number): RunTask {
  const action = plan.actions[plan.action[n] ?? 0] ?? '';
  return { id, name: plan.names[n] ?? id, action, status: 'queued', attempts: [] };
}

/** So many attempts from one on; the texts of each come with its task when somebody opens it. */
function attemptsOf(
  { attempts, statuses }: RunTimeline,
  from: number,
  count: number,
): RunAttempt[] {
  return Array.from({ length: count }, (_, n) => {
    const one = from + n;
    const queued = attempts.queued[one] ?? 0;
    const after = (length: number | null | undefined) =>
      typeof length === 'number' ? new Date(queued + length).toISOString() : null;
    return {
      number: attempts.number[one] ?? n + 1,
      status: statuses[attempts.status[one] ?? 0] ?? 'queued',
      queued_at: new Date(queued).toISOString(),
      started_at: after(attempts.waited[one]),
      ended_at: after(attempts.ended[one]),
      agent: null,
      data_source: null,
      reason: null,
      error: null,
    };
  });
}
