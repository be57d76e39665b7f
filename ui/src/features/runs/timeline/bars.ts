/** The bars of a task: each attempt with its time in the queue, its look and its words. */
import type { IconName, Tone } from '@/components';
import type { Bar, Shape } from '@/components/timeline';
import { begun, label, m, moment, took } from '@/i18n';
import type { RunAttempt, RunTask, Status } from '@/ipc';
import { isFinal } from '../status';

const LOOKS: Record<Status, { tone: Tone; shape: Shape; mark?: IconName }> = {
  queued: { tone: 'off', shape: 'hatched' },
  waiting: { tone: 'wait', shape: 'hatched', mark: 'person' },
  running: { tone: 'run', shape: 'solid' },
  paused: { tone: 'off', shape: 'barred', mark: 'pause' },
  succeeded: { tone: 'ok', shape: 'solid' },
  failed: { tone: 'fail', shape: 'solid', mark: 'cross' },
  cancelled: { tone: 'off', shape: 'solid', mark: 'stop' },
  skipped: { tone: 'off', shape: 'hollow' },
  interrupted: { tone: 'warn', shape: 'notched' },
};

export function looksOf(status: Status) {
  return LOOKS[status];
}

/** What has not ended goes on in these, while its run does. */
const OPEN: readonly Status[] = ['queued', 'running', 'waiting', 'paused'];

/** What a person has decided was time for a person all along; only the sign says what it came to. */
function decided({ mark }: (typeof LOOKS)[Status]): (typeof LOOKS)[Status] {
  return { ...LOOKS.waiting, mark: mark ?? 'check' };
}

export function barsOf(
  { action, attempts }: Pick<RunTask, 'attempts'> & Partial<Pick<RunTask, 'action'>>,
  run: Status,
  origin: number,
): Bar[] {
  return attempts.map((attempt) => {
    const { number, status, queued_at, started_at, ended_at } = attempt;
    const after = (time: string) => Math.max(0, Date.parse(time) - origin);
    const began = started_at === null ? null : Math.max(after(queued_at), after(started_at));
    const from = began ?? after(queued_at);
    const isDecided = action === 'manual' && (status === 'succeeded' || status === 'failed');
    const goesOn = ended_at === null && OPEN.includes(status) && !isFinal(run);
    return {
      number,
      queued: after(queued_at),
      began,
      ended: goesOn ? null : Math.max(from, ended_at === null ? from : after(ended_at)),
      ...(isDecided ? decided(LOOKS[status]) : LOOKS[status]),
      title: wordsOf(attempt, attempts.length),
    };
  });
}

/** `attempt 2 of 3 · Failed · 02:14:03.118 · took 4s · waited 2s`. */
function wordsOf(attempt: RunAttempt, of: number): string {
  const { number, status, queued_at, started_at, ended_at } = attempt;
  const waited = started_at ? Date.parse(started_at) - Date.parse(queued_at) : 0;
  const length = started_at && ended_at ? Date.parse(ended_at) - Date.parse(started_at) : 0;
  return [
    of > 1 && m.attempt_number({ number, of }),
    begun(label('status', status)),
    moment(started_at ?? queued_at),
    started_at && ended_at && m.run_took({ length: took(length) }),
    waited >= 1000 && m.attempt_waited({ length: took(waited) }),
    isOdd(attempt) && m.timeline_times_differ(),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Whether its times contradict each other, as they do where the clock was set back meanwhile. */
function isOdd({ queued_at, started_at, ended_at }: RunAttempt): boolean {
  const times = [queued_at, started_at, ended_at].flatMap((time) =>
    time ? [Date.parse(time)] : [],
  );
  return times.some((time, at) => time < (times[at - 1] ?? time));
}
