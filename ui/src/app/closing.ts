/**
 * What goes on while the window was to close, until the operator has said what becomes of it. It is
 * heard of from the first moment on; the dialog may be loaded later.
 */
import { useSyncExternalStore } from 'react';
import type { GoingOn } from '@/ipc';

let goingOn: GoingOn | null = null;
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Ask, or ask no longer. */
export function setGoingOn(now: GoingOn | null): void {
  goingOn = now;
  for (const watcher of watchers) watcher();
}

export function useGoingOn(): GoingOn | null {
  return useSyncExternalStore(watch, () => goingOn);
}
