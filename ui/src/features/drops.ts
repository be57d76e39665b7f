/** Who takes what is dropped on the window: the page that is open, where it has a use for it. */
import type { PickedPlace } from '@/ipc';

interface Taker {
  /** What is said while files are dragged over the window. */
  words: () => { title: string; detail: string };
  /** Answers whether it has taken them. */
  take: (places: readonly PickedPlace[]) => boolean;
}

let takers: readonly Taker[] = [];

/** From now on these are asked first; gives back how to end that. */
export function takeDrops(taker: Taker): () => void {
  takers = [taker, ...takers];
  return () => {
    takers = takers.filter((other) => other !== taker);
  };
}

/** Whether a page has taken what was dropped. */
export function isTaken(places: readonly PickedPlace[]): boolean {
  return takers.some((taker) => taker.take(places));
}

/** What the page that is open would do with files, where it would do something of its own. */
export function dropWords(): ReturnType<Taker['words']> | undefined {
  return takers[0]?.words();
}
