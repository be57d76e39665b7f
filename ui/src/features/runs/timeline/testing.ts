/** For tests: what `run_timeline` tells of tasks. */
import type { RunTask, RunTimeline } from '@/ipc';

/** All of these tasks, in columns. */
export function timelineOf(tasks: readonly RunTask[]): RunTimeline {
  const statuses = [
    ...new Set(
      tasks.flatMap(({ status, attempts = [] }) => [status, ...attempts.map((one) => one.status)]),
    ),
  ];
  const actions = [...new Set(tasks.map(({ action }) => action))];
  const all = tasks.flatMap(({ attempts }) => attempts ?? []);
  const after = (from: string, to: string | null) =>
    to === null ? null : Date.parse(to) - Date.parse(from);
  return {
    seen: '1-1-0',
    plan: {
      ids: tasks.map(({ id }) => id),
      names: tasks.map(({ name }) => name),
      actions,
      action: tasks.map(({ action }) => actions.indexOf(action)),
    },
    statuses,
    status: tasks.map(({ status }) => statuses.indexOf(status)),
    output_bytes: tasks.map(({ output_bytes }) => output_bytes ?? 0),
    tries: tasks.map(({ attempts }) => attempts?.length ?? 0),
    attempts: {
      number: all.map(({ number }) => number),
      status: all.map(({ status }) => statuses.indexOf(status)),
      queued: all.map(({ queued_at }) => Date.parse(queued_at)),
      waited: all.map(({ queued_at, started_at }) => after(queued_at, started_at)),
      ended: all.map(({ queued_at, ended_at }) => after(queued_at, ended_at)),
    },
    more: tasks.map(({ why, goes_on_at, secret, child, question }, at) => ({
      at,
      why,
      goes_on_at,
      secret,
      child,
      question,
    })),
  };
}
