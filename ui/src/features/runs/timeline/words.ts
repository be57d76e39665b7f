/** What is said of a task beside its bars, and to those who hear its row. */
import { begun, counted, label, m, spoken, visible } from '@/i18n';
import type { RunTask } from '@/ipc';
import { lengthOf } from '../task/length';

/** `Failed · 3 attempts`, what it waits for; nothing where its bars say all. */
export function noteOf(
  { attempts, status }: Pick<RunTask, 'attempts' | 'status'>,
  reason: string | undefined,
): string | undefined {
  const isPlain = (status === 'succeeded' && attempts.length > 0) || status === 'running';
  const said = [
    // That it waits is in the words of what for.
    !isPlain && (status === 'waiting' && reason ? begun(reason) : begun(label('status', status))),
    status !== 'waiting' && reason,
    attempts.length > 1 && counted('n_attempts', attempts.length),
  ].filter(Boolean);
  return said.length > 0 ? said.join(' · ') : undefined;
}

/** `extract orders, failed, attempt 3 of 3, 1 minute 4 seconds`. */
export function rowName(
  { name, status, attempts }: Pick<RunTask, 'name' | 'status' | 'attempts'>,
  reason: string | undefined,
  now: Date,
): string {
  const of = attempts.length;
  const length = lengthOf(attempts, now);
  const told = [
    m.timeline_row({ name: visible(name), status: label('status', status) }),
    of > 1 && m.attempt_number({ number: attempts.at(-1)?.number ?? of, of }),
    length !== null && spoken(length),
    reason,
  ];
  return told.filter(Boolean).join(m.timeline_row_separator());
}
