import { label, listed, m, took, visible } from '@/i18n';
import type { RunTask } from '@/ipc';
import { connectionOf } from '../connections/secretName';
import type { ShownRun } from './queries';

/** So many tasks are named. */
const NAMED = 3;

/** Why a task is as it is, in words; nothing where its status says all. */
export function reasonOf(
  task: RunTask,
  run: Pick<ShownRun, 'status'>,
  names: ReadonlyMap<string, string>,
  now: Date,
): string | undefined {
  const { why, status, waits_for, goes_on_at, secret, attempts } = task;
  if (why === 'stopped' && attempts.some((attempt) => attempt.started_at))
    return m.reason_stopped_underway();
  if (why) return label('reason', why);
  if (goes_on_at) {
    const left = new Date(goes_on_at).getTime() - now.getTime();
    if (left < 1000) return m.waits_soon();
    // Whole seconds: a countdown tells no more than it counts.
    const length = took(Math.ceil(left / 1000) * 1000);
    return status === 'running' ? m.waits_moment({ length }) : m.waits_retry({ length });
  }
  if (waits_for?.length) {
    const called = waits_for.map((id) => visible(names.get(id) ?? id));
    return m.waits_tasks({ names: listed(called, NAMED) });
  }
  if (secret !== undefined) return awaited(secret);
  if (status === 'waiting') return m.waits_person();
  if (status === 'interrupted') return m.waits_operator();
  if (status !== 'queued') return undefined;
  if (run.status === 'paused') return m.waits_resume();
  return attempts.some((attempt) => attempt.status === 'queued') ? m.waits_turn() : m.waits_call();
}

/** The secret it waits for, or the connection whose password that is. */
function awaited(secret: string): string {
  const connection = connectionOf(secret);
  return connection === undefined
    ? m.waits_secret({ name: visible(secret) })
    : m.waits_password({ name: visible(connection) });
}
