import type { ReactNode, Ref } from 'react';
import { day, elapsed, hour, m, moment, shortly, timeOfDay, took } from '@/i18n';
import { useChart } from './chart';
import type { Stretch } from './scale';
import { clockTicks, elapsedTicks, type Ticks } from './ticks';
import styles from './timeline.module.css';

/** What the times of the axis are counted from. */
export type AxisKind = 'elapsed' | 'clock';

interface Props {
  kind: AxisKind;
  /** The beginning, as the clock has it. */
  origin: number;
  /** Over the names. */
  children: ReactNode;
  /** The edge that is drawn to make room for the names. */
  splitter: ReactNode;
  area: Ref<HTMLSpanElement>;
  onUnfold: (fold: Stretch) => void;
  onZoomTo: (range: Stretch) => void;
}

/** The head of a timeline: times, what is folded, and how long a chosen stretch is. */
export function Axis({ kind, origin, children, splitter, area, onUnfold, onZoomTo }: Props) {
  const { scale, range, now } = useChart();
  const { step, ticks } = ticksOf(kind, scale, origin);
  const middle = range && middleOf(range, scale.x, scale.width);
  return (
    <div className={styles.axis}>
      <span className={styles.corner}>{children}</span>
      {splitter}
      <span className={styles.times} data-time ref={area}>
        {ticks.map(({ time, x }) => (
          <span
            key={time}
            className={styles.tick}
            // What stands at the very edge would be cut off.
            style={{ left: x, transform: `translateX(max(-50%, ${4 - x}px))` }}
            aria-hidden="true"
          >
            {kind === 'elapsed' ? elapsed(time) : clockWords(origin + time, step)}
          </span>
        ))}
        {scale.folds.map((fold) => {
          const length = Math.min(fold.to, Math.max(now, fold.from)) - fold.from;
          return (
            <button
              key={fold.from}
              type="button"
              className={styles.fold}
              style={{ left: scale.x(fold.from) }}
              title={m.timeline_unfold({ length: took(length) })}
              aria-label={m.timeline_unfold({ length: took(length) })}
              onClick={() => onUnfold(fold)}
              data-testid="timeline-fold"
            >
              {shortly(length)}
            </button>
          );
        })}
        {range && middle !== null && (
          <button
            type="button"
            className={styles.length}
            style={{ left: middle }}
            title={m.timeline_only_range()}
            onClick={() => onZoomTo(range)}
            data-testid="timeline-range"
          >
            {took(range.to - range.from)}
          </button>
        )}
      </span>
    </div>
  );
}

function ticksOf(
  kind: AxisKind,
  scale: ReturnType<typeof useChart>['scale'],
  origin: number,
): Ticks {
  return kind === 'elapsed' ? elapsedTicks(scale) : clockTicks(scale, origin);
}

/** `02:14`, to the second or the millisecond where lines are that close, a day at midnight. */
function clockWords(at: number, step: number): string {
  const time = new Date(at);
  const text = time.toISOString();
  if (step < 1000) return moment(text);
  if (step < 60_000) return timeOfDay(text);
  return time.getHours() + time.getMinutes() === 0 ? day(time) : hour(time);
}

/** The middle of what is seen of it; nowhere when it is out of sight. */
function middleOf({ from, to }: Stretch, x: (time: number) => number, width: number) {
  const left = Math.max(0, x(from));
  const right = Math.min(width, x(to));
  return left > width || right < 0 ? null : (left + right) / 2;
}
