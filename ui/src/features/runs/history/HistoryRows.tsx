import { useNavigate } from '@tanstack/react-router';
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type TimeScale, useRows } from '@/components/timeline';
import { counted, m } from '@/i18n';
import type { Status } from '@/ipc';
import { type Line, rowOf } from './groups';
import styles from './History.module.css';
import { HistoryRow, type RowActs } from './HistoryRow';
import { type Chosen, HoverCard, MarkList } from './MarkCard';
import { type Mark, markAt, marksOf } from './marks';
import type { Drawn, Which } from './queries';
import { added, type Counts, type DrawnRow } from './shares';
import type { Seen } from './window';
import { lineName, lineWords, markWords } from './words';

/** Heights of a row and of the head over all, in pixels. */
const ROW = 28;
const HEAD = 46;
/** Lines that are drawn together: what is asked for changes once one has scrolled past them. */
const BLOCK = 40;
/** So much of what is seen a step along moves. */
const ALONG = 0.2;
const CLOSER = 2;

interface Props {
  chart: RefObject<HTMLDivElement | null>;
  lines: readonly Line[];
  drawn: Drawn | undefined;
  scale: TimeScale;
  seen: Seen;
  which: Which;
  onFold: (type: string | null) => void;
  onSight: (sight: readonly [number, number]) => void;
  acts: { zoom: (factor: number) => void; move: (lengths: number) => void; toNow: () => void };
}

/** What is known of a line. */
interface Known {
  marks: readonly Mark[];
  sums: Counts;
  label: string;
}

/** A box that is pointed at, or that the keys are at, by the line it stands in. */
interface At {
  key: string;
  mark: number;
}

/** The lines of the timeline, what is told of each of their boxes, and the keys that go among them. */
export function HistoryRows({
  chart,
  lines,
  drawn,
  scale,
  seen,
  which,
  onFold,
  onSight,
  acts,
}: Props) {
  const navigate = useNavigate();
  const rows = useRows({ count: lines.length, chart, row: ROW, head: HEAD });
  const [at, setAt] = useState<At | null>(null);
  const [hover, setHover] = useState<(At & { box: DOMRect }) | null>(null);
  const [listed, setListed] = useState<Chosen | null>(null);
  const anchor = useRef<HTMLElement | null>(null);
  const first = rows.items[0]?.index ?? 0;
  const last = rows.items.at(-1)?.index ?? 0;
  const from = Math.floor(first / BLOCK) * BLOCK;
  const to = (Math.floor(last / BLOCK) + 1) * BLOCK;
  useEffect(() => onSight([from, to]), [from, to, onSight]);
  const told = useMemo(() => {
    const known = new Map<string, Known>();
    if (!drawn) return known;
    const now = Date.now();
    for (const line of lines.slice(from, to)) {
      const row = rowOf(line, drawn.rows);
      if (!row) continue;
      const isDrawn = line.kind === 'workflow' || !line.isOpen;
      const marks = isDrawn ? marksOf(row, drawn.since, scale, seen.since, now) : NONE;
      const sums = sumsOf(row);
      known.set(line.key, { marks, sums, label: labelOf(line, sums) });
    }
    return known;
  }, [lines, from, to, drawn, scale, seen]);
  const lineAt = (key: string) => lines.find((line) => line.key === key);
  const chosenOf = ({ key, mark }: At): Chosen | null => {
    const line = lineAt(key);
    const marks = told.get(key)?.marks;
    const box = marks?.[mark];
    if (!line || !marks || !box) return null;
    return {
      workflow: workflowOf(line),
      name: lineName(line),
      mark: box,
      which,
      isAmong: isAmong(box, marks),
    };
  };
  const open = (place: At) => {
    const chosen = chosenOf(place);
    if (!chosen || chosen.mark.kind === 'planned') return;
    anchor.current =
      chart.current?.querySelector<HTMLElement>(
        `[data-row="${CSS.escape(place.key)}"] [data-mark="${place.mark}"]`,
      ) ?? null;
    setHover(null);
    setListed(chosen);
  };
  const press = (event: MouseEvent, line: Line) => {
    const area = (event.target as Element).closest<HTMLElement>('[data-area]');
    // A press of the keys comes from nowhere.
    const x = event.detail > 0 && area ? event.clientX - area.getBoundingClientRect().left : null;
    const found = x === null ? null : markAt(told.get(line.key)?.marks ?? [], x);
    if (found !== null) open({ key: line.key, mark: found });
    else if (x === null && event.detail === 0 && at?.key === line.key) open(at);
    else if (line.kind === 'group') onFold(line.type);
  };
  const onKeyDown = (event: KeyboardEvent, line: Line) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const marks = told.get(line.key)?.marks ?? [];
    const along = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (along !== 0 && event.shiftKey) acts.move(along * ALONG);
    else if (along !== 0 && marks.length > 0) {
      const before = at?.key === line.key ? at.mark : along > 0 ? -1 : marks.length;
      const mark = Math.max(0, Math.min(marks.length - 1, before + along));
      setAt({ key: line.key, mark });
    } else if (event.key === '+' || event.key === '=') acts.zoom(CLOSER);
    else if (event.key === '-') acts.zoom(1 / CLOSER);
    else if (event.key === 't') acts.toNow();
    else if (event.key === 'Escape' && at) setAt(null);
    else if (rows.onKeyDown(event)) return;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onMove = (event: PointerEvent, line: Line) => {
    const area = (event.target as Element).closest<HTMLElement>('[data-area]');
    const found =
      area && event.buttons === 0
        ? markAt(told.get(line.key)?.marks ?? [], event.clientX - area.getBoundingClientRect().left)
        : null;
    if (found === null) return setHover(null);
    if (hover?.key === line.key && hover.mark === found) return;
    const box = area?.querySelector(`[data-mark="${found}"]`)?.getBoundingClientRect();
    if (box) setHover({ key: line.key, mark: found, box });
  };
  const acting = useRef({ press, onKeyDown, onMove });
  acting.current = { press, onKeyDown, onMove };
  // The same for all drawings, so that a row is drawn again only when it shows something else.
  const rowActs = useMemo<RowActs>(() => {
    const line = (key: string) => lines.find((one) => one.key === key);
    const with_ =
      <Event,>(act: 'press' | 'onKeyDown' | 'onMove') =>
      (event: Event, key: string) => {
        const found = line(key);
        if (found) (acting.current[act] as (event: Event, line: Line) => void)(event, found);
      };
    return {
      onPress: with_<MouseEvent>('press'),
      onKeyDown: with_<KeyboardEvent>('onKeyDown'),
      onMove: with_<PointerEvent>('onMove'),
      onLeave: () => setHover(null),
    };
  }, [lines]);
  const pointed = hover && !listed && chosenOf(hover);
  const spoken = at && chosenOf(at);
  return (
    <>
      <ul ref={rows.list} style={{ height: rows.height, position: 'relative' }}>
        {rows.items.map(({ index, key, top }) => {
          const line = lines[index];
          if (!line) return null;
          const known = told.get(line.key);
          return (
            <li
              key={key}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={lines.length}
              className={styles.item}
              style={{ transform: `translateY(${top}px)` }}
              onFocus={() => rows.onFocus(index)}
            >
              <HistoryRow
                id={line.key}
                name={lineName(line)}
                label={known?.label ?? lineName(line)}
                counts={known?.sums}
                marks={known?.marks ?? NONE}
                width={scale.width}
                at={at?.key === line.key ? at.mark : null}
                isOpen={line.kind === 'group' ? line.isOpen : undefined}
                isInGroup={line.kind === 'workflow' && line.isInGroup}
                acts={rowActs}
              />
            </li>
          );
        })}
      </ul>
      <output className="visually-hidden" data-testid="history-at">
        {spoken && markWords(spoken.mark)}
      </output>
      {pointed && hover && <HoverCard chosen={pointed} box={hover.box} />}
      {listed && (
        <MarkList
          chosen={listed}
          anchor={anchor}
          onClose={() => setListed(null)}
          onList={(mark, of) => void navigate({ to: '/runs', search: listOf(which, mark, of) })}
        />
      )}
    </>
  );
}

/** The workflow whose runs a line shows; a group may be of one alone. */
function workflowOf(line: Line): string | null | undefined {
  if (line.kind === 'workflow') return line.id;
  return line.ids.length === 1 ? line.ids[0] : undefined;
}

/** Whether runs that a box does not stand for were made in its time: those that have not ended lie under others. */
function isAmong(box: Mark, marks: readonly Mark[]): boolean {
  return (
    box.kind === 'open' ||
    marks.some(
      ({ kind, made }) =>
        kind === 'open' && made.since < box.made.until && box.made.since < made.until,
    )
  );
}

/** The address of the list of a box's runs. */
function listOf(
  { begun_by: begunBy, text: q, ...others }: Which,
  { made }: Mark,
  { workflow, status = others.status }: { workflow?: string; status?: Status },
) {
  return {
    ...{ ...others, workflow, status, begunBy, q },
    since: new Date(made.since).toISOString(),
    until: new Date(made.until).toISOString(),
  };
}

const NONE: readonly Mark[] = [];

/** What is told of all the runs of a line: those that were made in what is seen, and those that have not ended. */
function sumsOf({ made, failed, cancelled, open = [] }: DrawnRow): Counts {
  const none: Counts = { runs: 0, failed: 0, cancelled: 0, open: 0, waiting: 0 };
  const unended = open.reduce<Counts>((all, chunk) => added(all, chunk), none);
  return { ...unended, runs: made, failed, cancelled };
}

function labelOf(line: Line, sums: Counts): string {
  const name = lineName(line);
  const counts = lineWords(sums);
  if (line.kind === 'workflow') return m.history_row({ name, counts });
  return m.history_group({
    name,
    workflows: counted('history_workflows', line.ids.length),
    counts,
  });
}
