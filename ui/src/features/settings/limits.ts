/** The limits of the history, as the settings have them and as a clean-up is asked for them. */
import type { CleanUpInput } from '@/ipc';

export interface Limits {
  /** Runs that ended more than so many days ago go. */
  days: number | null;
  /** So many of the newest stay of each workflow. */
  runs: number | null;
}

/** What a clean-up by these limits is asked for; nothing where there is no limit. */
export function ruleOf({ days, runs }: Limits): CleanUpInput | undefined {
  if (days === null && runs === null) return undefined;
  return {
    ...(days !== null && { older_than: `${days}d` }),
    ...(runs !== null && { keep: runs }),
  };
}

/** What was typed as a limit; `undefined` where it is none. A zero takes the limit away. */
export function limitOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (!/^\d{0,7}$/.test(text)) return undefined;
  return Number(text) || null;
}
