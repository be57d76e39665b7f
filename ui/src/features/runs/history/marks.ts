/** What is drawn of a workflow's runs: boxes by pixels, each of which can be pointed at and named. */
import type { Tone } from '@/components';
import type { Shape, TimeScale } from '@/components/timeline';
import type { Message, RunChunk, RunPlanned, RunWindowRow, Status } from '@/ipc';
import type { Seen } from './window';

export type MarkKind = 'open' | 'chunk' | 'failures' | 'planned';

export interface Mark {
  kind: MarkKind;
  /** Pixels from the left edge. */
  left: number;
  width: number;
  /** The runs it stands for were made in this stretch, milliseconds since 1970. */
  made: Seen;
  /** When the last of them ended, or now. */
  to: number;
  runs: number;
  failed: number;
  cancelled: number;
  open: number;
  waiting: number;
  /** There are more than it counts. */
  isMore?: boolean;
  /** Why what is planned will not start. */
  hindered?: Message;
}

/** Boxes are at least so wide, in pixels: runs, the sign of a failure, what is planned. */
const LEAST = 4;
const SIGN = 10;
const PLAN = 7;
/** Times of a row that are told ahead, at most. */
const MOST_PLANNED = 100;
/** How far from a box a press still means it, in pixels. */
const BESIDE = 5;

/** What is drawn as one row: a workflow's, or those of several. */
export interface DrawnRow extends RunWindowRow {
  /** Of several: whether one of them has more planned than is told. */
  isMore?: boolean;
}

/** All boxes of a row from left to right; `origin` is the left edge, `since` what its times are counted from. */
export function marksOf(row: DrawnRow, since: number, scale: TimeScale, origin: number): Mark[] {
  const x = (time: number) => scale.x(since + time - origin);
  const open = (row.open ?? []).map((chunk) => of('open', chunk, since, x, SIGN));
  const chunks = row.chunks.map((chunk) => {
    // What tells its state by a sign has room for it.
    const isOne = chunk.failed === chunk.runs || chunk.cancelled === chunk.runs;
    return of('chunk', chunk, since, x, isOne ? SIGN : LEAST);
  });
  const mixed = row.chunks.filter(({ failed, runs }) => failed > 0 && failed < runs);
  const failures = (row.failures ?? []).filter(({ from }) =>
    mixed.some((chunk) => chunk.from <= from && from < Math.max(chunk.made_until, chunk.to + 1)),
  );
  const signs = failures.map((chunk) => of('failures', chunk, since, x, SIGN));
  const planned = (row.planned ?? []).map((one) => plan(one, since, x));
  const all = [
    ...open,
    ...chunks,
    ...apart(signs),
    ...goesOn(apart(planned), isMorePlanned(row), scale),
  ];
  return all
    .filter(({ left, width }) => left + width > 0 && left < scale.width)
    .sort((a, b) => a.left - b.left || rank(a) - rank(b));
}

function of(
  kind: MarkKind,
  chunk: RunChunk,
  since: number,
  x: (time: number) => number,
  least: number,
): Mark {
  const { from, to, made_until, runs, failed, cancelled, open, waiting } = chunk;
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
    runs,
    failed,
    cancelled,
    open,
    waiting,
  };
}

function plan({ at, hindered }: RunPlanned, since: number, x: (time: number) => number): Mark {
  const time = since + at;
  return {
    ...{ kind: 'planned', left: x(at) - PLAN / 2, width: PLAN, hindered },
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

/** How a box looks, so that no state is told by colour alone. */
export function lookOf({ kind, runs, failed, cancelled, waiting }: Mark): {
  tone: Tone;
  shape: Shape;
} {
  if (kind === 'planned') return { tone: 'off', shape: 'hollow' };
  if (kind === 'failures' || (failed === runs && failed > 0))
    return { tone: 'fail', shape: 'solid' };
  if (kind === 'open') {
    return waiting === runs ? { tone: 'wait', shape: 'hatched' } : { tone: 'run', shape: 'solid' };
  }
  if (cancelled === runs) return { tone: 'off', shape: 'solid' };
  return { tone: 'ok', shape: 'solid' };
}

/** The statuses that the runs of a box may have; `wanted` is the one that all of them were asked for by. */
export function statusesOf(mark: Mark, wanted: Status | undefined): Status[] {
  const { kind, runs, failed, cancelled, waiting } = mark;
  if (wanted) return [wanted];
  // The sign of a failure stands for those that failed, not for what is beside them.
  if (kind === 'failures') return ['failed'];
  if (kind === 'open') return waiting > 0 ? ['waiting', 'interrupted'] : OPEN;
  const ended = { succeeded: runs - failed - cancelled, failed, cancelled };
  return (Object.keys(ended) as (keyof typeof ended)[]).filter((status) => ended[status] > 0);
}

const OPEN: Status[] = ['queued', 'running', 'paused'];

/** The rows of a group as one: what lies over one another is one chunk, but for what waits. */
export function joined(rows: readonly RunWindowRow[]): DrawnRow {
  const open = rows.flatMap((row) => row.open ?? []);
  const planned = rows.flatMap((row) => row.planned ?? []).sort((a, b) => a.at - b.at);
  const cut = rows.filter(isMorePlanned).map((row) => row.planned?.at(-1)?.at ?? 0);
  // Later than the last that is told of one row, it is not known what the whole group starts.
  const known = Math.min(...cut);
  const sum = (one: (row: RunWindowRow) => number) => rows.reduce((all, row) => all + one(row), 0);
  return {
    workflow_id: null,
    made: sum((row) => row.made),
    succeeded: sum((row) => row.succeeded),
    failed: sum((row) => row.failed),
    cancelled: sum((row) => row.cancelled),
    chunks: together(rows.flatMap((row) => row.chunks)),
    open: [
      ...together(open.filter(({ waiting }) => waiting > 0)),
      ...together(open.filter(({ waiting }) => waiting === 0)),
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
    last.to = Math.max(last.to, chunk.to);
    last.made_until = Math.max(last.made_until, chunk.made_until);
    for (const count of ['runs', 'failed', 'cancelled', 'open', 'waiting'] as const)
      last[count] += chunk[count];
  }
  return found;
}
