import { type RefObject, useEffect } from 'react';

/** The place was reached by a key, and nothing was done there yet. */
let byKey = false;

/** A page is gone to by a key: what it lists takes the keys once it is there. */
export function arriveByKey(): void {
  byKey = true;
  const leave = () => {
    byKey = false;
    for (const event of EVENTS) window.removeEventListener(event, leave, true);
  };
  for (const event of EVENTS) window.addEventListener(event, leave, true);
}

const EVENTS = ['keydown', 'pointerdown'] as const;

/** Gives the keys to a list that was gone to by a key. */
export function useFirstKeys(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (byKey) list.current?.focus({ preventScroll: true });
  }, [list]);
}
