import { begun, counted, m, number, say } from '@/i18n';
import type { RunsLeftOut } from '@/ipc';

/** How many are left out, and why. */
export function leftOut({ reason, count }: RunsLeftOut): string {
  const key = reason.code.replace(/^run_/, 'runs_');
  const sentence = counted(key, count);
  // Of what one of them was refused for, its own sentence is told.
  return sentence.startsWith(key)
    ? m.runs_left_refused({ count: number(count), why: begun(say(reason)) })
    : sentence;
}

export function sum(left: readonly RunsLeftOut[]): number {
  return left.reduce((all, { count }) => all + count, 0);
}
