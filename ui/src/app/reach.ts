/**
 * Whether the data can be worked with, as the shell tells. The answer stands outside the router, so
 * that it shows on the page that is open and not only on the next.
 */
import { useSyncExternalStore } from 'react';
import type { Reach } from '@/ipc';

let reach: Reach = 'here';
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function setReach(now: Reach): void {
  reach = now;
  for (const watcher of watchers) watcher();
}

export function useReach(): Reach {
  return useSyncExternalStore(watch, () => reach);
}
