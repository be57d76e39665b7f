/** What is drawn of a workflow's runs: boxes by pixels, each of which can be pointed at and named. */
import type { Tone } from '@/components';
import type { Shape, TimeScale } from '@/components/timeline';
import type { Message, RunChunk, RunPlanned, Status } from '@/ipc';
import { leastOf, merged, SIGN } from './merge';
import { added, type Counts, type DrawnRow, KINDS, LOOKS, sharesOf } from './shares';
import type { Seen } from './window';

export type MarkKind = 'open' | 'chunk' | 'failures' | 'planned';

export interface Mark extends Counts {
  kind: MarkKind;
  /** Pixels from the left edge. */
  left: number;
  width: number;
  /** The runs it stands for were made in this stretch, milliseconds since 1970. */
  made: Seen;
  /** When the last of them ended, or now. */
  to: number;
  /** There are more than it counts. */
  isMore?: boolean;
  /** Why what is planned will not start. */
  hindered?: Message;
}

/** How wide the box of what is planned is, in pixels. */
const PLAN = 7;
/** A box of several statuses is so wide before signs stand on it where runs failed, in pixels. */
const SIGNED = 3 * SIGN;
/** Times of a row that are told ahead, at most. */
const MOST_PLANNED = 100;
/** How far from a box a press still means it, in pixels. */
const BESIDE = 5;

/**
 * All boxes of a row from left to right; `origin` is the left edge, `since` what its times are counted from, `now`
 * what no run reaches beyond: all in milliseconds since 1970.
 */
export function marksOf(
  row: DrawnRow,
  since: number,
  scale: TimeScale,
  origin: number,
  now = Number.POSITIVE_INFINITY,
): Mark[] {
  const x = (time: number) => scale.x(since + time - origin);
  const line = Number.isFinite(now) ? scale.x(now - origin) : now;
  const boxes = merged(
    [
      ...(row.open ?? []).map((chunk) => of('open', chunk, since, x)),
      ...row.chunks.map((chunk) => of('chunk', chunk, since, x)),
    ],
    line,
  );
  const mixed = boxes.filter(
    ({ kind, width, failed, runs }) =>
      kind === 'chunk' && width >= SIGNED && failed > 0 && failed < runs,
  );
  const failures = (row.failures ?? []).filter(({ from }) =>
    mixed.some(
      ({ made, to }) => made.since <= since + from && since + from < Math.max(made.until, to + 1),
    ),
  );
  const signs = failures.map((chunk) => of('failures', chunk, since, x));
  const planned = (row.planned ?? []).map((one) => plan(one, since, x, line));
  const all = [...boxes, ...apart(signs), ...goesOn(apart(planned), isMorePlanned(row), scale)];
  return all
    .filter(({ left, width }) => left + width > 0 && left < scale.width)
    .sort((a, b) => a.left - b.left || rank(a) - rank(b));
}

function of(kind: MarkKind, chunk: RunChunk, since: number, x: (time: number) => number): Mark {
  const { from, to, made_until, runs, failed, cancelled, open, waiting } = chunk;
  const counts: Counts = { runs, failed, cancelled, open, waiting };
  for (const one of KINDS) if (chunk[one]) counts[one] = chunk[one];
  const least = kind === 'failures' ? SIGN : leastOf({ kind, ...counts });
  const wide = Math.max(least, x(to) - x(from));
  // What is too narrow goes back from now, where it ends; the sign of a failure stands in the middle of it.
  const grown = wide - (x(to) - x(from));
  const begin = x(from) - grown * (kind === 'open' ? 1 : kind === 'failures' ? 0.5 : 0);
  return {
    kind,
    left: begin,
    width: wide,
    made: { since: since + from, until: since + made_until },
    to: since + to,
    ...counts,
  };
}

function plan(
  { at, hindered }: RunPlanned,
  since: number,
  x: (time: number) => number,
  now: number,
): Mark {
  const time = since + at;
  const left = x(at) - PLAN / 2;
  // What is still to come lies beyond the line of now.
  const isAhead = Number.isFinite(now) && x(at) >= now;
  return {
    ...{ kind: 'planned', left: isAhead ? Math.max(left, now + 1) : left, width: PLAN, hindered },
    ...{ made: { since: time, until: time }, to: time, runs: 1 },
    ...{ failed: 0, cancelled: 0, open: 0, waiting: 0 },
  };
}

function isMorePlanned({ isMore, planned = [] }: DrawnRow): boolean {
  return isMore ?? planned.length >= MOST_PLANNED;
}

/** Of more times than are told, the last box has no end. */
function goesOn(planned: Mark[], isMore: boolean, { width }: TimeScale): Mark[] {
  const last = planned.at(-1);
  if (last && isMore) {
    last.width = Math.max(last.width, width + PLAN - last.left);
    last.isMore = true;
  }
  return planned;
}

/** Boxes of one kind that would lie over one another are one. */
function apart(marks: Mark[]): Mark[] {
  const found: Mark[] = [];
  for (const mark of marks) {
    const last = found.at(-1);
    if (!last || mark.left >= last.left + last.width + 1) {
      found.push({ ...mark });
      continue;
    }
    last.width = mark.left + mark.width - last.left;
    last.made = { since: last.made.since, until: mark.made.until };
    last.to = mark.to;
    last.runs += mark.runs;
    last.failed += mark.failed;
    last.cancelled += mark.cancelled;
    last.hindered ??= mark.hindered;
  }
  return found;
}

/** Which box is meant by a place: what lies above before what it lies on, else the nearest. */
export function markAt(marks: readonly Mark[], x: number): number | null {
  let found: number | null = null;
  let least = BESIDE;
  let above = -1;
  marks.forEach((mark, index) => {
    const away = Math.max(mark.left - x, x - mark.left - mark.width, 0);
    const isAbove = away === 0;
    if (isAbove && rank(mark) >= above) {
      found = index;
      above = rank(mark);
    } else if (above < 0 && away < least) {
      found = index;
      least = away;
    }
  });
  return found;
}

/** What lies over what. */
function rank({ kind }: Mark): number {
  return ['open', 'planned', 'chunk', 'failures'].indexOf(kind);
}

/** How a box looks, so that no status is told by colour alone; one of several statuses shows each of them. */
export function lookOf(mark: Mark): { tone: Tone; shape: Shape | 'mixed' } {
  if (mark.kind === 'planned') return { tone: 'off', shape: 'hollow' };
  if (mark.kind === 'failures') return LOOKS.failed;
  const [first, ...others] = sharesOf(mark);
  if (others.length > 0) return { tone: 'off', shape: 'mixed' };
  const { tone, shape } = LOOKS[first?.share ?? 'succeeded'];
  return { tone, shape };
}

/** The statuses that the runs of a box may have; `wanted` is the one that all of them were asked for by. */
export function statusesOf(mark: Mark, wanted: Status | undefined): Status[] {
  const { kind, runs, failed, cancelled, open, waiting, paused = 0 } = mark;
  if (wanted) return [wanted];
  // The sign of a failure stands for those that failed, not for what is beside them.
  if (kind === 'failures') return ['failed'];
  const counts = { succeeded: runs - failed - cancelled - open, failed, cancelled };
  const ended = (Object.keys(counts) as (keyof typeof counts)[]).filter((one) => counts[one] > 0);
  // What has not ended changes meanwhile.
  const atWork = open > waiting + paused ? AT_WORK : [];
  return [...ended, ...atWork, ...(paused > 0 ? PAUSED : []), ...(waiting > 0 ? WAITING : [])];
}

const AT_WORK: Status[] = ['queued', 'running'];
const PAUSED: Status[] = ['paused'];
const WAITING: Status[] = ['waiting', 'interrupted'];

/** The rows of a group as one: what lies over one another is one chunk, but for what waits. */
export function joined(rows: readonly DrawnRow[]): DrawnRow {
  const open = rows.flatMap((row) => row.open ?? []);
  const planned = rows.flatMap((row) => row.planned ?? []).sort((a, b) => a.at - b.at);
  const cut = rows.filter(isMorePlanned).map((row) => row.planned?.at(-1)?.at ?? 0);
  // Later than the last that is told of one row, it is not known what the whole group starts.
  const known = Math.min(...cut);
  const sum = (one: (row: DrawnRow) => number) => rows.reduce((all, row) => all + one(row), 0);
  return {
    workflow_id: null,
    made: sum((row) => row.made),
    succeeded: sum((row) => row.succeeded),
    failed: sum((row) => row.failed),
    cancelled: sum((row) => row.cancelled),
    chunks: together(rows.flatMap((row) => row.chunks)),
    open: [
      ...together(open.filter(({ waiting }) => waiting > 0)),
      ...together(open.filter(({ paused }) => paused)),
      ...together(open.filter(({ waiting, paused }) => waiting === 0 && !paused)),
    ],
    failures: rows.flatMap((row) => row.failures ?? []).sort((a, b) => a.from - b.from),
    planned: planned.filter(({ at }) => at <= known),
    isMore: cut.length > 0,
  };
}

function together(chunks: RunChunk[]): RunChunk[] {
  const found: RunChunk[] = [];
  for (const chunk of chunks.sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (!last || chunk.from > last.to) {
      found.push({ ...chunk });
      continue;
    }
    found[found.length - 1] = {
      ...added(last, chunk),
      to: Math.max(last.to, chunk.to),
      made_until: Math.max(last.made_until, chunk.made_until),
    };
  }
  return found;
}
