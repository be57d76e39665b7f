/**
 * Which workflow somebody wants to run, until the sheet is closed. It outlives the sheet being drawn
 * anew, as by another language.
 */
import { useSyncExternalStore } from 'react';

export interface SheetWish {
  /** Absent while it has not been chosen. */
  workflow?: string;
  /** The one task that is to run. */
  task?: string;
}

let wish: SheetWish | null = null;
const listeners = new Set<() => void>();

function set(next: SheetWish | null): void {
  wish = next;
  for (const listener of listeners) listener();
}

/** Show what a run would do, and offer to start it. */
export function openRunSheet(next: SheetWish = {}): void {
  set(next);
}

export function closeRunSheet(): void {
  set(null);
}

export function useSheetWish(): SheetWish | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => wish,
  );
}
