/** How wide the names of a timeline are. The same for all of them, and kept with the window. */
import { useSyncExternalStore } from 'react';

export const LEFT_LEAST = 120;
export const LEFT_MOST = 480;

const KEPT = 'timeline-left';

/** In a window with little room the names leave more of it to the times. */
let left = kept();
const watchers = new Set<() => void>();

export function setLeft(width: number): void {
  left = within(width);
  try {
    localStorage.setItem(KEPT, String(left));
  } catch {
    // It holds as long as the window is open.
  }
  for (const watcher of watchers) watcher();
}

export function useLeft(): number {
  return useSyncExternalStore(watch, () => left ?? usual());
}

function within(width: number): number {
  return Math.round(Math.max(LEFT_LEAST, Math.min(LEFT_MOST, width)));
}

/** As it was left; nothing where nobody has moved it. */
function kept(): number | undefined {
  try {
    const width = Number.parseFloat(localStorage.getItem(KEPT) ?? '');
    return Number.isFinite(width) ? within(width) : undefined;
  } catch {
    return undefined;
  }
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
