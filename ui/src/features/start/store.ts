/** Whether the sheet of the start is open. It opens by itself once, and again when somebody asks for it. */
import { useSyncExternalStore } from 'react';

let state: 'unseen' | 'open' | 'closed' = 'unseen';
const listeners = new Set<() => void>();

function set(next: typeof state): void {
  state = next;
  for (const listener of listeners) listener();
}

export function openStart(): void {
  set('open');
}

export function closeStart(): void {
  set('closed');
}

/** For tests: as if the window had just opened. */
export function resetStart(): void {
  set('unseen');
}

export function useIsStartOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => state !== 'closed',
  );
}
