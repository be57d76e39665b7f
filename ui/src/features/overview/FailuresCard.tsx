import { Link } from '@tanstack/react-router';
import { Card, Icon, Time } from '@/components';
import { begun, m, say, visible } from '@/i18n';
import type { RunRow } from '@/ipc';
import { runName } from '../runs/columns';
import styles from './OverviewPage.module.css';

/** Workflows whose last run failed, each with why. */
export function FailuresCard({ failures }: { failures: readonly RunRow[] }) {
  return (
    <Card title={m.needs_a_look()} icon="warn" tone="fail" data-testid="needs-a-look">
      {failures.map((run) => (
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
    </Card>
  );
}
