/**
 * Whether the data can be reached, as the shell tells. The answer stands outside the router, so that
 * it shows on the page that is open and not only on the next.
 */
import { useSyncExternalStore } from 'react';

let reachable = true;
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function setReachable(now: boolean): void {
  reachable = now;
  for (const watcher of watchers) watcher();
}

export function useReachable(): boolean {
  return useSyncExternalStore(watch, () => reachable);
}
