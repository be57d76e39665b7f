import { Link } from '@tanstack/react-router';
import { Card, Icon } from '@/components';
import { begun, dated, m, number, say, visible } from '@/i18n';
import type { RunOverview } from '@/ipc';
import styles from './OverviewPage.module.css';

/** Data sources that did not answer when they were last asked, each with why. */
export function SourcesCard({ runs }: { runs: RunOverview }) {
  return (
    <Card
      title={m.sources_down()}
      icon="plug"
      tone="fail"
      aside={number(runs.sources_down.length)}
      data-testid="sources-down"
    >
      {runs.sources_down.map((row) => (
        <Link key={row.name} to="/connections" className={styles.link} data-testid="source-down">
          <span>
            <b>{visible(row.name)}</b>
            {row.since && ` · ${m.source_since({ since: dated(row.since) })}`}
            {row.error && <small className={styles.why}>{begun(say(row.error))}</small>}
          </span>
          <Icon name="right" />
        </Link>
      ))}
    </Card>
  );
}
