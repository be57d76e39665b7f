import { Link } from '@tanstack/react-router';
import { Card, Icon, Time } from '@/components';
import { begun, m, number, say, visible } from '@/i18n';
import type { RunOverview } from '@/ipc';
import { runName } from '../runs/columns';
import styles from './OverviewPage.module.css';

/** Workflows whose last run failed, those that failed last first, each with why. */
export function FailuresCard({ runs }: { runs: RunOverview }) {
  const more = runs.failed - runs.failures.length;
  return (
    <Card
      title={m.needs_a_look()}
      icon="warn"
      tone="fail"
      aside={number(runs.failed)}
      data-testid="needs-a-look"
    >
      {runs.failures.map((run) => (
        <Link key={run.id} to="/runs/$id" params={{ id: run.id }} className={styles.link}>
          <span className={styles.what}>
            <span className={styles.what}>
              <b>{runName(run)}</b>
              {run.failed && ` · ${begun(visible(say(run.failed.error)))}`}
            </span>
            <small>
              <Time at={run.end_time ?? run.start_time} />
            </small>
          </span>
          <Icon name="right" />
        </Link>
      ))}
      {more > 0 && (
        <Link
          to="/runs"
          search={{ needs: 'look' }}
          className={styles.link}
          data-testid="more-failures"
        >
          <span>{m.and_more({ count: number(more) })}</span>
        </Link>
      )}
    </Card>
  );
}
