import { label, m, took, visible } from '@/i18n';
import type { RunShow, RunTask } from '@/ipc';

/** So many tasks are named; of more, their number is told. */
const NAMED = 3;

/** Why a task is as it is, in words; nothing where its status says all. */
export function reasonOf(
  task: RunTask,
  run: Pick<RunShow, 'status'>,
  names: ReadonlyMap<string, string>,
  now: Date,
): string | undefined {
  const { why, status, waits_for, goes_on_at, attempts } = task;
  if (why) return label('reason', why);
  if (goes_on_at) {
    const left = new Date(goes_on_at).getTime() - now.getTime();
    if (left < 1000) return m.waits_soon();
    // Whole seconds: a countdown tells no more than it counts.
    const length = took(Math.ceil(left / 1000) * 1000);
    return status === 'running' ? m.waits_moment({ length }) : m.waits_retry({ length });
  }
  if (waits_for?.length) {
    const told = waits_for.slice(0, NAMED).map((id) => visible(names.get(id) ?? id));
    const more = waits_for.length - told.length;
    if (more > 0) told.push(m.waits_more({ count: more }));
    return m.waits_tasks({ names: told.join(', ') });
  }
  if (status === 'waiting') return m.waits_person();
  if (status === 'interrupted') return m.waits_operator();
  if (status !== 'queued') return undefined;
  if (run.status === 'paused') return m.waits_resume();
  return attempts.some((attempt) => attempt.status === 'queued') ? m.waits_turn() : m.waits_call();
}
