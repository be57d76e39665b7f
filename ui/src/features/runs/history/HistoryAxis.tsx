import type { ReactNode, Ref } from 'react';
import {
  type Band,
  bandsOf,
  clockTicks,
  timelineStyles as kit,
  type TimeScale,
} from '@/components/timeline';
import { dateWith, hour, m, moment, timeOfDay, took } from '@/i18n';
import styles from './History.module.css';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;
/** Less than this holds no words of a band, in pixels. */
const BAND = 64;

interface Props {
  scale: TimeScale;
  /** The left edge, as the clock has it. */
  origin: number;
  range: { from: number; to: number } | null;
  area: Ref<HTMLSpanElement>;
  splitter: ReactNode;
  children: ReactNode;
  onRange: () => void;
}

/** The head of all runs: days, months or years, and under them what they are made of. */
export function HistoryAxis({ scale, origin, range, area, splitter, children, onRange }: Props) {
  const { step, ticks } = clockTicks(scale, origin);
  return (
    <div className={kit.axis}>
      <span className={`${kit.corner} ${styles.corner}`}>{children}</span>
      {splitter}
      <span className={kit.times} data-time ref={area}>
        {bandsOf(scale, origin, step).map((band) => (
          <span
            key={band.time}
            className={styles.band}
            style={{ left: band.x, width: band.width }}
            data-first={band.x <= 0 || undefined}
            aria-hidden="true"
          >
            {band.width >= BAND && bandWords(band, origin)}
          </span>
        ))}
        {ticks.map(({ time, x }) => (
          <span
            key={time}
            className={`${kit.tick} ${styles.tick}`}
            // What stands at the very edge would be cut off.
            style={{ left: x, transform: `translateX(${within(x, scale.width)})` }}
            aria-hidden="true"
          >
            {tickWords(new Date(origin + time), step)}
          </span>
        ))}
        {range && (
          <button
            type="button"
            className={kit.length}
            style={{ left: (scale.x(range.from) + scale.x(range.to)) / 2 }}
            title={m.timeline_only_range()}
            onClick={onRange}
            data-testid="timeline-range"
          >
            {took(range.to - range.from)}
          </button>
        )}
      </span>
    </div>
  );
}

/** In the middle of its line, but not over an edge. */
function within(x: number, width: number): string {
  return `max(${4 - x}px, min(-50%, calc(${width - x - 4}px - 100%)))`;
}

function bandWords({ unit, time }: Band, origin: number): string {
  const at = new Date(origin + time);
  if (unit === 'year') return dateWith(at, { year: 'numeric' });
  if (unit === 'month') return dateWith(at, { month: 'long', year: 'numeric' });
  const isThisYear = at.getFullYear() === new Date().getFullYear();
  const year = isThisYear ? undefined : 'numeric';
  return dateWith(at, { weekday: 'short', day: 'numeric', month: 'short', year });
}

function tickWords(at: Date, step: number): string {
  if (step < SECOND) return moment(at.toISOString());
  if (step < MINUTE) return timeOfDay(at.toISOString());
  if (step < DAY) return hour(at);
  if (step < 28 * DAY) return dateWith(at, { day: 'numeric' });
  return dateWith(at, { month: 'short' });
}
