import type { KeyboardEvent, ReactNode } from 'react';
import { Icon } from '../Icon';
import { type Bar, type PlacedBar, placed, type Usual } from './bars';
import { useChart } from './chart';
import { notePlace } from './note';
import styles from './timeline.module.css';

/** What a mark and a digit take in a bar, in pixels. */
const MARK = 10;
const DIGIT = 7;
/** What is narrower tells nothing: the outline of what is usual, the part that is slow. */
const GHOST = 12;
const SLOW = 3;

interface Props {
  /** What it shows. */
  id: string;
  mark: ReactNode;
  name: string;
  /** At the end of the name's column: how long it took. */
  length: string;
  /** What is to be said beside the bars. */
  note: string | undefined;
  bars: readonly Bar[];
  /** All of it, for those who hear it. */
  label: string;
  status: string;
  isOpen: boolean;
  /** Others are meant now. */
  isAside?: boolean;
  onToggle: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  'data-testid': string;
}

/** One line of a timeline, which is one button: its name, and beside it what it did when. */
export function TimelineRow(props: Props) {
  const { mark, name, length, note, bars, label, status, isOpen, onToggle, onKeyDown } = props;
  const { scale, now } = useChart();
  const shown = placed(bars, scale, now);
  const numbered = bars.length > 1;
  return (
    <button
      type="button"
      className={styles.row}
      aria-expanded={isOpen}
      onClick={onToggle}
      onKeyDown={onKeyDown}
      data-row={props.id}
      data-testid={props['data-testid']}
      data-status={status}
      data-aside={props.isAside || undefined}
    >
      <span className="visually-hidden">{label}</span>
      <span className={styles.head} aria-hidden="true">
        {mark}
        <b className={styles.name} title={name}>
          {name}
        </b>
        <span className={styles.took}>{length}</span>
      </span>
      <span className={styles.area} data-time aria-hidden="true">
        {shown.map((bar) => (
          <BarView key={bar.first} placed={bar} isNumbered={numbered} />
        ))}
        {bars.length > 0 && shown.length === 0 ? (
          // It is out of sight: on which side.
          <span
            className={styles.away}
            data-to={scale.x(bars[0]?.queued ?? 0) < 0 ? 'before' : 'after'}
          >
            <Icon name="right" />
          </span>
        ) : (
          note && <Note words={note} bars={shown} />
        )}
      </span>
    </button>
  );
}

function BarView({ placed: bar, isNumbered }: { placed: PlacedBar; isNumbered: boolean }) {
  const { first, last, left, width, wait, goesOn } = bar;
  const { tone, shape, mark, title } = bar.bar;
  // What grows ends at "now", which the chart moves.
  const size = goesOn ? `max(${width}px, calc(var(--now, 0px) - ${left}px))` : width;
  const number = isNumbered ? (first === last ? `${first}` : `${first}–${last}`) : '';
  const hasNumber = number !== '' && width >= MARK + 4 + DIGIT * number.length;
  const hasMark = mark && (!hasNumber || width >= 2 * MARK + DIGIT * number.length);
  return (
    <>
      {bar.bar.usual && first === last && <Ghost bar={bar.bar} usual={bar.bar.usual} />}
      {wait && <span className={styles.wait} style={{ left: wait.left, width: wait.width }} />}
      <span
        className={styles.bar}
        style={{ left, width: size, '--tone': `var(--${tone})` } as React.CSSProperties}
        data-shape={shape}
        data-grows={goesOn || undefined}
        data-narrow={width < 2 * MARK || undefined}
        title={title}
      >
        {bar.bar.usual && first === last && (
          <Slow bar={bar.bar} usual={bar.bar.usual} left={left} width={width} />
        )}
        {hasNumber && <span className={styles.number}>{number}</span>}
        {hasMark && <Icon name={mark} size={10} />}
      </span>
    </>
  );
}

/** How long it usually takes, as an outline behind what it took. */
function Ghost({ bar, usual }: { bar: Bar; usual: Usual }) {
  const { scale } = useChart();
  if (bar.began === null) return null;
  const left = scale.x(bar.began);
  const width = scale.x(bar.began + usual.median) - left;
  if (width < GHOST) return null;
  return <span className={styles.ghost} style={{ left, width }} data-testid="timeline-usual" />;
}

/** The part of a bar that is longer than nine in ten of those before it. */
function Slow({
  bar,
  usual,
  left,
  width,
}: {
  bar: Bar;
  usual: Usual;
  left: number;
  width: number;
}) {
  const { scale, now } = useChart();
  if (bar.began === null) return null;
  const from = bar.began + usual.p90;
  if ((bar.ended ?? now) <= from) return null;
  const begin = scale.x(from) - left;
  if (begin > width - SLOW) return null;
  return (
    <span
      className={styles.slow}
      style={{ left: Math.max(0, begin) }}
      data-testid="timeline-slow"
    />
  );
}

/** What is said beside the bars: after them, before them, or on the last, where there is room. */
function Note({ words, bars }: { words: string; bars: readonly PlacedBar[] }) {
  const { scale, now } = useChart();
  const place = notePlace(bars, words, scale, now);
  if (!place) return null;
  const { isOver, ...style } = place;
  return (
    <span className={styles.note} style={style} title={words} data-over={isOver || undefined}>
      {words}
    </span>
  );
}
