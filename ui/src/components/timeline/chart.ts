/** What the parts of a timeline know of it. */
import { createContext, useContext } from 'react';
import { type Stretch, type TimeScale, timeScale } from './scale';

export interface Chart {
  scale: TimeScale;
  /** Where what goes on ends for now, in milliseconds after the beginning. */
  now: number;
  /** A chosen stretch of time. */
  range: Stretch | null;
}

/** A row outside of any timeline. */
const ALONE: Chart = {
  scale: timeScale({ span: 86_400_000, folds: [], width: 600, view: undefined }),
  now: 0,
  range: null,
};

export const ChartContext = createContext(ALONE);

export function useChart(): Chart {
  return useContext(ChartContext);
}
