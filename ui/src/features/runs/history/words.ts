/** What is said of runs in a stretch of time. */
import { counted, dated, hour, m, number, say, visible } from '@/i18n';
import type { Mark } from './marks';
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

interface Counts {
  runs: number;
  failed: number;
  cancelled: number;
  open: number;
  waiting: number;
}

/** `212 runs, 3 failed, 1 waits for a person`. */
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

/** What a box stands for, as one says it. */
export function markWords(mark: Mark): string {
  const { kind, made, runs, hindered } = mark;
  const stretch = stretchWords({ since: made.since, until: Math.max(made.until - 1, made.since) });
  if (kind !== 'planned') return [countWords(mark), stretch].join(m.timeline_row_separator());
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
