import { Link } from '@tanstack/react-router';
import { Card, Progress } from '@/components';
import { begun, label, m, number, visible } from '@/i18n';
import type { RunOverview, RunProgress } from '@/ipc';
import { runName } from '../runs/columns';
import { isAtWork, lengthSoFar, SLOW, useNow } from '../runs/now';
import styles from './OverviewPage.module.css';

/** The runs that go on, the newest first, each with how far it is. */
export function RunningCard({ runs }: { runs: RunOverview }) {
  const now = useNow(runs.runs.some(({ run }) => isAtWork(run.status)) ? 1000 : SLOW);
  const more = runs.under_way - runs.runs.length;
  return (
    <Card
      title={m.under_way()}
      icon="play"
      tone="run"
      aside={number(runs.under_way)}
      data-testid="under-way"
    >
      {runs.runs.map((progress) => (
        <Link
          key={progress.run.id}
          to="/runs/$id"
          params={{ id: progress.run.id }}
          className={styles.link}
        >
          <span className={styles.what}>
            <b className={styles.what}>{runName(progress.run)}</b>
            <small>{wordsOf(progress, now)}</small>
          </span>
          <span className={styles.progress}>
            <Progress label={runName(progress.run)} done={progress.ended} total={progress.total} />
          </span>
        </Link>
      ))}
      {more > 0 && (
        <Link to="/runs" className={styles.link}>
          <span>{m.and_more({ count: number(more) })}</span>
        </Link>
      )}
    </Card>
  );
}

/** `Load · 4 of 9 tasks · 12 sec`; what does not run says why. */
function wordsOf({ run, ended, total, running }: RunProgress, now: Date): string {
  return [
    run.status === 'running' ? running && visible(running) : begun(label('status', run.status)),
    total !== null && m.tasks_done({ done: number(ended), total: number(total) }),
    run.status !== 'queued' && lengthSoFar(run, now),
  ]
    .filter(Boolean)
    .join(' · ');
}
