/** How wide the names of a timeline are. The same for all of them, as long as the window is open. */
import { useSyncExternalStore } from 'react';

export const LEFT_LEAST = 120;
export const LEFT_MOST = 480;

/** In a window with little room the names leave more of it to the times. */
let left: number | undefined;
const watchers = new Set<() => void>();

export function setLeft(width: number): void {
  left = Math.round(Math.max(LEFT_LEAST, Math.min(LEFT_MOST, width)));
  for (const watcher of watchers) watcher();
}

export function useLeft(): number {
  return useSyncExternalStore(watch, () => left ?? usual());
}

function usual(): number {
  if (innerWidth < 800) return 150;
  return innerWidth < 1200 ? 220 : 250;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  addEventListener('resize', watcher);
  return () => {
    watchers.delete(watcher);
    removeEventListener('resize', watcher);
  };
}
