/** What is seen of a graph: from where on, and how large. */
import { type Layout, NODE } from './layout';

export interface View {
  /** What stands at the upper left corner, in pixels of the graph. */
  x: number;
  y: number;
  /** How many pixels of the window one of the graph takes. */
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

/** Around a graph that is seen whole, and around a node that comes into sight, in pixels of the window. */
const MARGIN = 24;
/** Nodes are not drawn larger than this. */
const LARGEST = 1.5;
/** All of it is not drawn smaller than this, where nodes are a few pixels. */
const SMALLEST = 0.02;
/** Further away than this goes only what is not seen whole there. */
const FURTHEST = 0.2;
/** A graph that is seen whole at this size or larger is seen whole first. */
const LEGIBLE = 0.7;
/** How large it is seen first where it is not seen whole. */
const FIRST = 0.9;
/** So much of a graph stays in sight, in pixels of the window. */
const KEPT = 80;

/** All of it in the middle, as large as there is room, but no larger than it is drawn, nor smaller than can be told apart. */
export function fitted(layout: Layout, size: Size): View {
  const room = (all: number, of: number) => Math.max(1, of - 2 * MARGIN) / Math.max(1, all);
  const scale = Math.min(1, room(layout.width, size.width), room(layout.height, size.height));
  return centred(
    { x: 0, y: 0, width: layout.width, height: layout.height },
    size,
    Math.max(SMALLEST, scale),
  );
}

/** How it is seen first: whole where it can be read then, else around one of its nodes. */
export function firstView(layout: Layout, size: Size, node: number): View {
  const whole = fitted(layout, size);
  if (whole.scale >= LEGIBLE) return whole;
  return filling(layout, size, centred(boxOf(layout, node), size, FIRST));
}

/** The same with no more room around the graph than needed. */
function filling(layout: Layout, size: Size, { x, y, scale }: View): View {
  const margin = MARGIN / scale;
  const along = (from: number, seen: number, all: number) =>
    all + 2 * margin <= seen
      ? (all - seen) / 2
      : Math.max(-margin, Math.min(all + margin - seen, from));
  return {
    x: along(x, size.width / scale, layout.width),
    y: along(y, size.height / scale, layout.height),
    scale,
  };
}

export function boxOf({ x, y }: Layout, node: number): Rect {
  return { x: x[node] ?? 0, y: y[node] ?? 0, ...NODE };
}

function centred(box: Rect, size: Size, scale: number): View {
  return {
    x: box.x + box.width / 2 - size.width / 2 / scale,
    y: box.y + box.height / 2 - size.height / 2 / scale,
    scale,
  };
}

/**
 * Closer or further away, with what is at this place of the window left where it is; without one with the middle, and
 * with no more room around the graph than needed.
 */
export function closer(layout: Layout, size: Size, view: View, factor: number, at?: Place): View {
  const least = Math.min(FURTHEST, fitted(layout, size).scale);
  const scale = Math.max(least, Math.min(LARGEST, view.scale * factor));
  const { x, y } = at ?? { x: size.width / 2, y: size.height / 2 };
  const next = {
    x: view.x + x / view.scale - x / scale,
    y: view.y + y / view.scale - y / scale,
    scale,
  };
  return at ? inside(layout, size, next) : filling(layout, size, next);
}

interface Place {
  x: number;
  y: number;
}

/** So many pixels of the window further on. */
export function moved(layout: Layout, size: Size, view: View, { x, y }: Place): View {
  const { scale } = view;
  return inside(layout, size, { x: view.x + x / scale, y: view.y + y / scale, scale });
}

/** As little further on as brings a node into sight. */
export function showing(layout: Layout, size: Size, view: View, node: number): View {
  const box = boxOf(layout, node);
  const margin = MARGIN / view.scale;
  const along = (from: number, seen: number, begin: number, length: number) => {
    const most = begin - margin;
    const least = begin + length + margin - seen;
    return least > most ? begin + length / 2 - seen / 2 : Math.max(least, Math.min(most, from));
  };
  return {
    x: along(view.x, size.width / view.scale, box.x, box.width),
    y: along(view.y, size.height / view.scale, box.y, box.height),
    scale: view.scale,
  };
}

/** The same where some of the graph is in sight, else as near as that. */
export function inside(layout: Layout, size: Size, view: View): View {
  const kept = KEPT / view.scale;
  const along = (from: number, seen: number, all: number) =>
    Math.max(kept - seen, Math.min(all - kept, from));
  return {
    x: along(view.x, size.width / view.scale, Math.max(layout.width, kept)),
    y: along(view.y, size.height / view.scale, Math.max(layout.height, kept)),
    scale: view.scale,
  };
}

/** What is seen, in steps: a small move, or coming a little closer, needs no new drawing. */
export function drawnOf(view: View, size: Size): Rect {
  const step = 2 ** Math.ceil(Math.log2(STEP / view.scale));
  const along = (from: number, seen: number) => {
    const begin = Math.floor(from / step) * step;
    return { begin, length: Math.ceil((from + seen - begin) / step) * step };
  };
  const x = along(view.x, size.width / view.scale);
  const y = along(view.y, size.height / view.scale);
  return { x: x.begin, y: y.begin, width: x.length, height: y.length };
}

/** What is drawn changes after so many pixels of the window, or up to twice as many. */
const STEP = 128;

/** Nodes are placed from here on: numbers that a browser draws from stay small, and change rarely. */
export function anchorOf({ x, y }: View): Pick<Rect, 'x' | 'y'> {
  return { x: Math.floor(x / ANCHOR) * ANCHOR, y: Math.floor(y / ANCHOR) * ANCHOR };
}

const ANCHOR = 32_768;

/** Steps in which it becomes twice as large. */
const STEPS = 4;

/** How large it is seen, in steps: what is sized by it is laid out anew at each. */
export function roughly(scale: number): number {
  return 2 ** (Math.round(Math.log2(scale) * STEPS) / STEPS);
}
