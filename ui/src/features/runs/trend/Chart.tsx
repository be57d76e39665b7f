import { useWidth } from '@/components/timeline';
import { dateWith, m, number, took } from '@/i18n';
import type { RunStretch } from '@/ipc';
import styles from './Trend.module.css';

/** Pixels of the picture, of the lengths above and of the counts below. Letters are as large however wide it is. */
const NARROWEST = 240;
const TALL = 260;
const TOP = 14;
const LENGTHS = 150;
const COUNTS = 50;
const LEFT = 72;
/** What the date of a stretch takes. */
const DATED = 76;

/** How long the runs of each stretch took, and how many ended; the table below says the same. */
export function Chart({ from, stretches }: { from: readonly Date[]; stretches: RunStretch[] }) {
  const [room, width] = useWidth();
  const across = Math.max(NARROWEST, width);
  const longest = Math.max(1, ...stretches.map(({ p95 }) => p95 ?? 0));
  const most = Math.max(1, ...stretches.map(({ ended }) => ended));
  const wide = (across - LEFT) / stretches.length;
  const middle = (n: number) => LEFT + wide * (n + 0.5);
  const y = (length: number) => TOP + LENGTHS * (1 - length / longest);
  const bottom = TALL - 22;
  const bar = (count: number) => (COUNTS * count) / most;
  const line = (of: 'median' | 'p95') =>
    stretches
      .map((one, n) => ({ n, value: one[of] }))
      .filter((one): one is { n: number; value: number } => one.value !== null);
  // So many stretches share a date.
  const words = Math.ceil(DATED / wide);
  return (
    <div ref={room} className={styles.room}>
      <svg
        className={styles.chart}
        width={across}
        height={TALL}
        role="img"
        aria-label={m.trend_chart()}
        data-testid="trend-chart"
      >
        {[1, 0.5, 0].map((part) => (
          <g key={part}>
            <line
              className={styles.grid}
              {...{ x1: LEFT, x2: across, y1: y(longest * part), y2: y(longest * part) }}
            />
            <text className={styles.tick} x={LEFT - 8} y={y(longest * part) + 4} textAnchor="end">
              {part === 0 ? '0' : took(longest * part)}
            </text>
          </g>
        ))}
        <text className={styles.tick} x={LEFT - 8} y={bottom - COUNTS + 10} textAnchor="end">
          {number(most)}
        </text>
        {stretches.map(({ ended, failed, succeeded }, n) => {
          const x = LEFT + wide * n + wide * 0.15;
          const others = ended - failed - succeeded;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stretch is its place
            <g key={n}>
              <rect
                className={styles.ok}
                {...{ x, width: wide * 0.7, y: bottom - bar(succeeded), height: bar(succeeded) }}
              />
              <rect
                className={styles.others}
                {...{ x, width: wide * 0.7, y: bottom - bar(succeeded + others) }}
                height={bar(others)}
              />
              <rect
                className={styles.fail}
                {...{ x, width: wide * 0.7, y: bottom - bar(ended), height: bar(failed) }}
              />
              {n % words === 0 && from[n] && (
                <text className={styles.tick} x={middle(n)} y={TALL - 6} textAnchor="middle">
                  {dateWith(from[n], { month: 'short', day: 'numeric' })}
                </text>
              )}
            </g>
          );
        })}
        {(['p95', 'median'] as const).map((of) => (
          <g key={of} className={styles[of]}>
            <polyline
              points={line(of)
                .map(({ n, value }) => `${middle(n)},${y(value)}`)
                .join(' ')}
            />
            {line(of).map(({ n, value }) =>
              of === 'median' ? (
                <circle key={n} cx={middle(n)} cy={y(value)} r={3.5} />
              ) : (
                <rect key={n} x={middle(n) - 3} y={y(value) - 3} width={6} height={6} />
              ),
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}
