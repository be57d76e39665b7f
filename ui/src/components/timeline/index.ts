/** What timelines are made of. They know nothing of what they show. */
export { Axis, type AxisKind } from './Axis';
export type { Bar, Shape, Usual } from './bars';
export { ChartContext, useChart } from './chart';
export { folded, gaps } from './folds';
export { Lines } from './Lines';
export { useLeft } from './left';
export { Scrollbar } from './Scrollbar';
export { Splitter } from './Splitter';
export {
  atCloseness,
  closeness,
  panned,
  plainScale,
  type Stretch,
  type TimeScale,
  timeScale,
  type View,
  zoomed,
} from './scale';
export { Slots } from './slots';
export { TimelineRow } from './TimelineRow';
export { type Band, bandsOf, clockTicks, type Tick } from './ticks';
export { default as timelineStyles } from './timeline.module.css';
export { useLive } from './useLive';
export { usePointer } from './usePointer';
export { useRows } from './useRows';
export { useWidth } from './useWidth';
