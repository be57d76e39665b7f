import { lazy, Suspense } from 'react';
import type { DifferenceProps } from './TextDifferenceView';

const View = lazy(() => import('./TextDifferenceView'));

/** Two texts and what differs, loaded when first looked at. */
export function TextDifference(props: DifferenceProps) {
  return (
    <Suspense fallback={null}>
      <View {...props} />
    </Suspense>
  );
}
