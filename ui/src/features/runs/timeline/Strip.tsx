import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Icon } from '@/components';
import { dated, label, m, number, spoken, took } from '@/i18n';
import type { RunRow, RunSteps } from '@/ipc';
import { between, useNow } from '../now';
import { lastRunsQuery, type ShownRun } from '../queries';
import { isFinal } from '../status';
import styles from './Strip.module.css';
import { usualRun } from './usual';

/** So many runs are shown. */
const SHOWN = 30;
/** Heights of the lowest and the highest, in pixels. */
const LOW = 5;
const HIGH = 30;

const TONES: Partial<Record<RunRow['status'], string>> = {
  succeeded: 'ok',
  failed: 'fail',
  running: 'run',
  waiting: 'wait',
  interrupted: 'warn',
};

/** How many of those that have ended succeeded, and how many have not ended. */
function sumWords(good: number, ended: number, open: number): string {
  const count = { good: number(good), count: number(ended), open: number(open) };
  if (open === 0) return m.strip_sum(count);
  return ended === 0 ? m.strip_sum_none(count) : m.strip_sum_open(count);
}

interface Props {
  run: Pick<ShownRun, 'id' | 'workflow_id'>;
  steps: RunSteps | undefined;
}

/** The last runs of the same workflow, as high as they were long: one may step from one to another. */
export function Strip({ run, steps }: Props) {
  const { data } = useQuery({
    ...lastRunsQuery(run.workflow_id ?? '', SHOWN),
    enabled: run.workflow_id !== null,
  });
  const now = useNow(null);
  const runs = [...(data ?? [])].reverse();
  if (runs.length < 2) return null;
  const lengths = runs.map((one) => between(one.start_time, one.end_time, now));
  // One that waited for days does not make all others flat.
  const ended = lengths
    .filter((_, n) => isFinal(runs[n]?.status ?? 'queued'))
    .sort((a, b) => a - b);
  const longest = ended[Math.floor(ended.length * 0.9)] ?? Math.max(...lengths, 1);
  const good = runs.filter(({ status }) => status === 'succeeded').length;
  const usual = usualRun(steps);
  return (
    <nav
      className={styles.strip}
      aria-label={m.strip_label({ count: runs.length })}
      data-testid="run-strip"
    >
      <ul className={styles.runs}>
        {runs.map((one, n) => {
          const length = lengths[n] ?? 0;
          const height = LOW + (HIGH - LOW) * Math.min(1, length / Math.max(1, longest));
          const words = m.strip_run({
            when: dated(one.start_time),
            status: label('status', one.status),
            length: spoken(length),
          });
          return (
            <li key={one.id}>
              <Link
                to="/runs/$id"
                params={{ id: one.id }}
                className={styles.run}
                aria-label={words}
                title={words}
                aria-current={one.id === run.id ? 'page' : undefined}
                data-testid={`strip-${one.id}`}
              >
                <span
                  className={styles.bar}
                  style={
                    {
                      height: Math.round(height),
                      '--tone': `var(--${TONES[one.status] ?? 'off'})`,
                    } as React.CSSProperties
                  }
                  data-open={!isFinal(one.status) || undefined}
                  data-paused={one.status === 'paused' || undefined}
                >
                  {one.status === 'failed' && <Icon name="cross" size={9} />}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      <span className={styles.sum}>
        {[
          sumWords(good, ended.length, runs.length - ended.length),
          usual && m.run_usually({ length: took(usual.median) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </nav>
  );
}
