import type { AxisKind } from './Axis';
import { useChart } from './chart';
import { clockTicks, elapsedTicks } from './ticks';
import styles from './timeline.module.css';

interface Props {
  kind: AxisKind;
  origin: number;
  isLive: boolean;
}

/** What stands behind all rows: lines at the times of the axis, folds, "now", a chosen range. */
export function Lines({ kind, origin, isLive }: Props) {
  const { scale, range } = useChart();
  const { ticks } = kind === 'elapsed' ? elapsedTicks(scale) : clockTicks(scale, origin);
  return (
    <div className={styles.behind} aria-hidden="true">
      <div className={styles.lines}>
        {ticks.map(({ time, x }) => (
          <span key={time} className={styles.line} style={{ left: x }} />
        ))}
        {scale.folds.map((fold) => (
          <span key={fold.from} className={styles.band} style={{ left: scale.x(fold.from) }} />
        ))}
        {range && (
          <span
            className={styles.range}
            style={{ left: scale.x(range.from), width: scale.x(range.to) - scale.x(range.from) }}
          />
        )}
        {isLive && <span className={styles.now} data-testid="timeline-now" />}
      </div>
    </div>
  );
}
