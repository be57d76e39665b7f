/** Which tasks of a run are shown. */
import type { RunTask } from '@/ipc';
import type { RunSearch } from './search';

type Wish = Pick<RunSearch, 'q' | 'only' | 'attempt'>;

export function isNarrowed({ q, only, attempt }: Wish): boolean {
  return [q, only, attempt].some(Boolean);
}

/** The tasks that fit, with the attempts that are wanted of each. */
export function thatFit(tasks: readonly RunTask[], { q, only, attempt }: Wish): RunTask[] {
  const words = (q ?? '').toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return tasks
    .filter(({ name, id, status, attempts }) => {
      const text = `${name} ${id}`.toLocaleLowerCase();
      if (only !== undefined && status !== only) return false;
      if (attempt === 'again' && attempts.length < 2) return false;
      return words.every((word) => text.includes(word));
    })
    .map((task) => (attempt === 'last' ? { ...task, attempts: task.attempts.slice(-1) } : task));
}
