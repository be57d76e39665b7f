import { useMemo, useState } from 'react';
import type { RunTask } from '@/ipc';

/**
 * The task that failed first is looked at first. It stays the one, whatever becomes of it, until it is closed; once
 * somebody has looked at something else, none is.
 */
export function useFirstFailed(tasks: readonly RunTask[]) {
  // Null as soon as none is looked at for that any more.
  const [first, setFirst] = useState<string | null>();
  const failed = useMemo(
    () => (first === undefined ? tasks.find(({ status }) => status === 'failed')?.id : undefined),
    [first, tasks],
  );
  if (failed !== undefined) setFirst(failed);
  return {
    first: first ?? failed,
    /** Somebody looks at something else: what is open stays open. */
    leave: () => setFirst((before) => before ?? null),
    close: () => setFirst(null),
  };
}
