/** What timelines are made of. They know nothing of what they show. */
export { Axis, type AxisKind } from './Axis';
export type { Bar, Shape } from './bars';
export { ChartContext } from './chart';
export { folded, gaps } from './folds';
export { Lines } from './Lines';
export { useLeft } from './left';
export { Scrollbar } from './Scrollbar';
export { Splitter } from './Splitter';
export {
  atCloseness,
  closeness,
  panned,
  type Stretch,
  type TimeScale,
  timeScale,
  type View,
  zoomed,
} from './scale';
export { Slots } from './slots';
export { TimelineRow } from './TimelineRow';
export { default as timelineStyles } from './timeline.module.css';
export { useLive } from './useLive';
export { usePointer } from './usePointer';
export { useWidth } from './useWidth';
