/** Nodes and what joins them, drawn from left to right; knows nothing of what it shows. */
export { Graph, type Marked, type WayOf } from './Graph';
export { type Layout, layoutOf, NODE } from './layout';
export type { Edge } from './legs';
export { useSize } from './useSize';
export { type Look, useView } from './useView';
export { type Links, linksOf, step, type Way } from './walk';
