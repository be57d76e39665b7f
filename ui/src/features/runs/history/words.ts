/** What is said of runs in a stretch of time. */
import { counted, dated, hour, m, number, say, visible } from '@/i18n';
import type { Mark } from './marks';
import { type Counts, type Share, sharesOf } from './shares';
import type { Seen } from './window';

/** A workflow as its row names it; `null` stands for all single operations. */
export function workflowName(id: string | null, name: string): string {
  return id === null ? m.history_single() : visible(name);
}

export function stretchWords({ since, until }: Seen): string {
  const from = dated(new Date(since).toISOString());
  const to = dated(new Date(until).toISOString());
  if (from === to) return from;
  const isOneDay = new Date(since).toDateString() === new Date(until).toDateString();
  return m.history_from_to({ from, to: isOneDay ? hour(new Date(until)) : to });
}

/** How many runs there are of a status. */
const SHARE_WORDS: Record<Share, (count: number) => string> = {
  failed: (count) => m.history_failed({ count: number(count) }),
  interrupted: (count) => m.history_interrupted({ count: number(count) }),
  cancelled: (count) => m.history_cancelled({ count: number(count) }),
  paused: (count) => m.history_paused({ count: number(count) }),
  waiting: (count) => counted('history_waiting', count),
  queued: (count) => m.history_queued({ count: number(count) }),
  running: (count) => m.history_running({ count: number(count) }),
  succeeded: (count) => m.history_succeeded({ count: number(count) }),
};

/** `2 paused, 1 succeeded`: each status that there is, but for those left out. */
export function shareWords(counts: Counts, without: readonly Share[] = []): string {
  return sharesOf(counts)
    .filter(({ share }) => !without.includes(share))
    .map(({ share, count }) => SHARE_WORDS[share](count))
    .join(m.timeline_row_separator());
}

/** `212 runs, 3 failed, 1 waits for a person`, where it is not known what of the others has not ended. */
export function countWords({ runs, failed, cancelled, open, waiting }: Counts): string {
  const atWork = open - waiting;
  const told = [
    counted('n_runs', runs),
    failed > 0 && m.history_failed({ count: number(failed) }),
    cancelled > 0 && m.history_cancelled({ count: number(cancelled) }),
    waiting > 0 && counted('history_waiting', waiting),
    atWork > 0 && m.history_at_work({ count: number(atWork) }),
  ];
  return told.filter(Boolean).join(m.timeline_row_separator());
}

/** `212 runs, 3 failed, 2 paused`: of a line, all but what went as it should. */
export function lineWords(counts: Counts): string {
  return [counted('n_runs', counts.runs), shareWords(counts, ['succeeded'])]
    .filter(Boolean)
    .join(m.timeline_row_separator());
}

/** What a box stands for, as one says it. */
export function markWords(mark: Mark): string {
  const { kind, made, runs, hindered } = mark;
  const stretch = stretchWords({ since: made.since, until: Math.max(made.until - 1, made.since) });
  if (kind === 'failures') return [countWords(mark), stretch].join(m.timeline_row_separator());
  if (kind !== 'planned')
    return [counted('n_runs', runs), shareWords(mark), stretch].join(m.timeline_row_separator());
  const planned =
    runs === 1
      ? m.history_planned({ when: stretch })
      : m.history_planned_many({ count: number(runs), stretch });
  const why = hindered && m.history_hindered({ why: visible(say(hindered)) });
  return [planned, why].filter(Boolean).join(m.timeline_row_separator());
}

export function runStart(run: { start_time: string }): string {
  return dated(run.start_time);
}

/** What a line of the timeline is called. */
export function lineName(
  line: { kind: 'group'; type: string | null } | { kind: 'workflow'; name: string },
): string {
  if (line.kind === 'workflow') return line.name;
  return line.type === null ? m.history_no_type() : visible(line.type);
}
