import type { Message, RunTask } from '@/ipc';
import type { ShownRun } from '../queries';

export interface SentBack {
  /** What the step is called whose work it was; absent where several were sent back with it. */
  from: string | undefined;
  at: string;
  /** Why, in the words of who did it. */
  reason: string | undefined;
}

/** Whether an attempt ended because its work was sent back. */
export function isSentBack(error: Message | null | undefined): boolean {
  return error?.code === 'run_sent_back' || error?.code === 'run_sent_back_because';
}

/** That a task is done again because somebody sent the work back to it, and not for anything older. */
export function sentBack(run: Pick<ShownRun, 'tasks'>, task: RunTask): SentBack | undefined {
  const done = task.attempts.findLast((attempt) => attempt.ended_at)?.ended_at;
  if (!done) return undefined;
  const senders = run.tasks.flatMap(({ id, name, attempts }) =>
    attempts.flatMap(({ error, ended_at }) =>
      isSentBack(error) && error?.fields?.to === task.id && ended_at && ended_at >= done
        ? [{ id, name, at: ended_at, reason: error?.fields?.reason }]
        : [],
    ),
  );
  const at = senders
    .map((one) => one.at)
    .sort()
    .at(-1);
  if (at === undefined) return undefined;
  const last = senders.filter((one) => one.at === at);
  return { from: last.length === 1 ? last[0]?.name : undefined, at, reason: last[0]?.reason };
}
