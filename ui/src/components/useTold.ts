import { useSyncExternalStore } from 'react';

/** How often what time has made of words is told anew, in milliseconds. */
const PACE = 30_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

const tick = () => {
  if (document.hidden) return;
  for (const listener of listeners) listener();
};

/** One clock for everything on the page; it stands still where nobody asks or looks. */
function follow(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    timer = setInterval(tick, PACE);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

/** Words that change as time goes by, such as `5 minutes ago`: drawn anew when they do, and only then. */
export function useTold(words: () => string): string {
  return useSyncExternalStore(follow, words);
}
