import { useCallback, useMemo, useState } from 'react';
import { type Stretch, type TimeScale, timeScale, type View } from '@/components/timeline';
import type { ShownRun } from '../queries';
import { type Facts, factsOf, layoutOf } from './facts';

export interface Laid {
  facts: Facts;
  /** When it was laid out, in milliseconds after the beginning. */
  at: number;
  scale: TimeScale;
  /** All that may be folded, open or not. */
  folds: readonly Stretch[];
  isUnfolded: boolean;
  unfold: (fold: Stretch) => void;
  /** Folds everything, or opens everything. */
  foldAll: (isFolded: boolean) => void;
  /** What of it is seen; absent where all is. */
  view: View | undefined;
  setView: (view: View | undefined) => void;
  showOnly: (range: Stretch) => void;
  /** Makes room for a time that is not drawn yet. */
  reach: (now: number) => void;
}

/** How the times of a run are laid out in so many pixels: what is folded, how close, from where. */
export function useLayout(run: ShownRun, width: number, first?: View): Laid {
  const [at, setAt] = useState(() => Date.now());
  const [view, setView] = useState(first);
  // A fold keeps its beginning while its end may move.
  const [opened, setOpened] = useState<ReadonlySet<number> | 'all'>(new Set());
  const facts = useMemo(() => factsOf(run), [run]);
  const { span, folds } = useMemo(
    () => layoutOf(facts, at - facts.origin, width),
    [facts, at, width],
  );
  const closed = useMemo(
    () => folds.filter(({ from }) => opened !== 'all' && !opened.has(from)),
    [folds, opened],
  );
  const scale = useMemo(
    () => timeScale({ span, folds: closed, width, view }),
    [span, closed, width, view],
  );
  const reach = useCallback((now: number) => setAt(facts.origin + now), [facts.origin]);
  return {
    facts,
    at: at - facts.origin,
    scale,
    folds,
    isUnfolded: folds.length > 0 && closed.length === 0,
    unfold: ({ from }) =>
      setOpened(new Set([...(opened === 'all' ? folds.map((fold) => fold.from) : opened), from])),
    foldAll: (isFolded) => setOpened(isFolded ? new Set() : 'all'),
    view,
    setView,
    showOnly: ({ from, to }) => {
      const seen = scale.x(to) - scale.x(from);
      if (seen > 0) setView({ perMs: (scale.perMs * width) / seen, at: from });
    },
    reach,
  };
}
