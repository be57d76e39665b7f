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

/**
 * How a graph is looked at: around what is open, or else `begin`, first, where it is not seen whole. `onLook` is
 * told that somebody looks elsewhere.
 */
export function useView(
  layout: Layout,
  size: Size,
  chosen: number | undefined,
  begin: number,
  onLook: () => void,
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
  const look = (next: (from: View) => View | 'fit') => {
    onLook();
    setOwn((from) => next(viewOf(from)));
  };
  return {
    view,
    zoom: (factor, at) => look((from) => closer(layout, size, from, factor, at)),
    move: (by) => look((from) => moved(layout, size, from, by)),
    fit: () => look(() => 'fit'),
    show: (node) => {
      onLook();
      setOwn((from) => {
        const before = viewOf(from);
        const next = showing(layout, size, before, node);
        // What is in sight moves nothing.
        return next.x === before.x && next.y === before.y ? from : next;
      });
    },
  };
}
