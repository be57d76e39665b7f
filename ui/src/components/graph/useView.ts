import { useEffect, useRef, useState } from 'react';
import type { Layout } from './layout';
import { closer, firstView, fitted, moved, type Size, showing, type View } from './view';

export interface Look {
  view: View;
  /** Closer by so much, at a place of the window or in the middle. */
  zoom: (factor: number, at?: { x: number; y: number }) => void;
  /** So many pixels of the window further on. */
  move: (by: { x: number; y: number }) => void;
  /** All of it. */
  fit: () => void;
  /** As little further on as brings a node into sight. */
  show: (node: number) => void;
}

/** How a graph is looked at: around what is open, or else `begin`, first, where it is not seen whole. */
export function useView(
  layout: Layout,
  size: Size,
  chosen: number | undefined,
  begin: number,
): Look {
  const first = useRef({ chosen, node: chosen ?? begin });
  const [own, setOwn] = useState<View | 'fit'>();
  const viewOf = (from: typeof own): View => {
    if (from === 'fit') return fitted(layout, size);
    return from ?? firstView(layout, size, first.current.node);
  };
  const view = viewOf(own);
  const { width, height } = size;
  // What is open stays in sight while there is less room.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the room and what is open are meant
  useEffect(() => {
    if (chosen === undefined) return;
    const next = showing(layout, size, view, chosen);
    // What is opened later moves nothing else, also where it takes room.
    const isStill = chosen === first.current.chosen && next.x === view.x && next.y === view.y;
    if (!isStill) setOwn(next);
  }, [layout, width, height, chosen]);
  return {
    view,
    zoom: (factor, at) => setOwn((from) => closer(layout, size, viewOf(from), factor, at)),
    move: (by) => setOwn((from) => moved(layout, size, viewOf(from), by)),
    fit: () => setOwn('fit'),
    show: (node) => setOwn((from) => showing(layout, size, viewOf(from), node)),
  };
}
