import { type KeyboardEvent, type MouseEvent, memo, type PointerEvent } from 'react';
import { Icon, type IconName } from '@/components';
import { timelineStyles as kit } from '@/components/timeline';
import { briefly, m } from '@/i18n';
import styles from './History.module.css';
import { lookOf, type Mark } from './marks';
import { LOOKS, sharesOf } from './shares';

/** What a digit, and the sign of a failure, take in a box, in pixels. */
const DIGIT = 7;
const SIGN = 14;
/** How much of a box with shares is seen beside its number. */
const SEEN = 24;
/** How high a box is. */
const BOX = 16;

export interface RowCounts {
  runs: number;
  failed: number;
  waiting: number;
  paused?: number;
}

/** What a row tells of what is done with it. */
export interface RowActs {
  onPress: (event: MouseEvent, id: string) => void;
  onKeyDown: (event: KeyboardEvent, id: string) => void;
  onMove: (event: PointerEvent, id: string) => void;
  onLeave: () => void;
}

interface Props {
  id: string;
  name: string;
  /** All of it, for those who hear it. */
  label: string;
  /** Absent until they are known. */
  counts: RowCounts | undefined;
  marks: readonly Mark[];
  /** How wide the times are. */
  width: number;
  /** Which of the boxes the keys are at. */
  at: number | null;
  /** A group, and whether its rows are shown. */
  isOpen?: boolean;
  isInGroup?: boolean;
  acts: RowActs;
}

/** One workflow, or a type of them: how its runs went, and what they are when. One button. */
export const HistoryRow = memo(function HistoryRow(props: Props) {
  const { id, name, label, counts, marks, width, at, isOpen, isInGroup, acts } = props;
  const isGroup = isOpen !== undefined;
  return (
    <button
      type="button"
      className={`${kit.row} ${isGroup ? styles.group : ''}`}
      aria-expanded={isOpen}
      onClick={(event) => acts.onPress(event, id)}
      onKeyDown={(event) => acts.onKeyDown(event, id)}
      onPointerMove={(event) => acts.onMove(event, id)}
      onPointerLeave={acts.onLeave}
      data-row={id}
      data-testid={`history-${id}`}
    >
      <span className="visually-hidden">{label}</span>
      <span className={kit.head} aria-hidden="true" data-in-group={isInGroup || undefined}>
        {isGroup && <Icon name={isOpen ? 'down' : 'right'} size={14} />}
        <b className={kit.name} title={name}>
          {name}
        </b>
        {counts && <Counts {...counts} />}
      </span>
      <span className={kit.area} data-time data-area aria-hidden="true">
        {marks.map((mark, index) => (
          <MarkView
            key={`${mark.kind}${mark.made.since}`}
            mark={mark}
            index={index}
            width={width}
            isAt={at === index}
            isSigned={isSigned(mark, marks)}
          />
        ))}
      </span>
    </button>
  );
});

function Counts({ runs, failed, waiting, paused = 0 }: RowCounts) {
  return (
    <span className={styles.counts}>
      {waiting > 0 && <Count icon="person" tone="wait" count={waiting} />}
      {paused > 0 && <Count icon="pause" tone="off" count={paused} />}
      {failed > 0 && <Count icon="cross" tone="fail" count={failed} />}
      <span className={styles.runs}>{briefly(runs)}</span>
    </span>
  );
}

function Count({ icon, tone, count }: { icon: IconName; tone: string; count: number }) {
  return (
    <span className={styles.count} style={{ color: `var(--${tone})` }}>
      <Icon name={icon} size={12} />
      {briefly(count)}
    </span>
  );
}

interface MarkProps {
  mark: Mark;
  index: number;
  width: number;
  isAt: boolean;
  /** Where its number would stand is the sign of a failure. */
  isSigned: boolean;
}

function MarkView({ mark, index, width, isAt, isSigned }: MarkProps) {
  const { tone, shape } = lookOf(mark);
  const { kind, left, runs, failed } = mark;
  // Of one that is wider than what is seen, what is seen.
  const from = Math.max(-8, left);
  const wide = Math.min(width + 8, left + mark.width) - from;
  const sign = signOf(mark);
  const count = runs > 1 && kind !== 'failures' ? countOf(mark) : '';
  const isMixed = shape === 'mixed';
  // It must not hide the shares it lies over.
  const room = wide - (sign ? SIGN : 0) - (isMixed ? SEEN : 0);
  // Many failures close together: how much of what is under them failed.
  const isStrip = kind === 'failures' && wide > SIGN && failed < runs;
  const height = isStrip ? `${Math.max(4, Math.round((BOX * failed) / runs))}px` : undefined;
  return (
    <span
      className={`${kit.bar} ${styles.mark}`}
      style={
        {
          left: from,
          width: Math.round(wide),
          '--tone': `var(--${tone})`,
          '--strip': height,
        } as React.CSSProperties
      }
      data-kind={kind}
      data-mark={index}
      data-strip={isStrip || undefined}
      data-shape={shape}
      data-grows={(tone === 'run' && shape === 'solid') || undefined}
      data-narrow={wide < 16 || undefined}
      data-at={isAt || undefined}
    >
      {isMixed && <Shares mark={mark} />}
      {count && !isSigned && room >= 8 + DIGIT * count.length && (
        <span className={kit.number}>{count}</span>
      )}
      {sign && !isStrip && wide >= 9 && <Icon name={sign} size={9} />}
    </span>
  );
}

/** How much of a box is of each status, one over another, because along it is the time. */
function Shares({ mark }: { mark: Mark }) {
  return (
    <span className={styles.shares}>
      {sharesOf(mark).map(({ share, count }) => (
        <span
          key={share}
          style={
            { '--tone': `var(--${LOOKS[share].tone})`, flexGrow: count } as React.CSSProperties
          }
          data-share={share}
        />
      ))}
    </span>
  );
}

function isSigned({ kind, left, runs, failed }: Mark, marks: readonly Mark[]): boolean {
  if (kind !== 'chunk' || failed === 0 || failed === runs) return false;
  const begin = Math.max(-8, left);
  const end = begin + 8 + DIGIT * briefly(runs).length;
  return marks.some(
    (mark) =>
      mark.kind === 'failures' &&
      mark.width <= SIGN &&
      mark.left < end &&
      mark.left + mark.width > begin,
  );
}

function countOf({ runs, isMore }: Mark): string {
  return isMore ? m.history_more({ count: briefly(runs) }) : briefly(runs);
}

/** What tells a status beside its colour. */
function signOf(mark: Mark): IconName | undefined {
  if (mark.kind === 'failures') return 'cross';
  if (mark.kind === 'planned') return mark.hindered ? 'warn' : undefined;
  const [first, ...others] = sharesOf(mark);
  return first && others.length === 0 ? LOOKS[first.share].sign : undefined;
}
