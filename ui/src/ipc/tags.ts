/**
 * What a change makes stale. Commands and events speak in tags (`workflow`, `workflow:<id>`, …); a
 * query declares in its `meta.tags` which of them it depends on, so that nobody guesses.
 */

/** Told to a follower that was too far behind to hear of each change. */
export const ALL = 'all';

/**
 * Whether a query that depends on `declared` is made stale by a change of `changed`. A tag that
 * ends in a colon, such as `run:`, stands for every single one of its kind.
 */
export function isTouched(declared: readonly string[], changed: readonly string[]): boolean {
  const told = new Set(changed);
  if (declared.length === 0) return false;
  return (
    told.has(ALL) ||
    declared.some((tag) =>
      tag.endsWith(':') ? changed.some((one) => one.startsWith(tag)) : told.has(tag),
    )
  );
}
