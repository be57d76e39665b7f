import { Link } from '@tanstack/react-router';
import { Card, Icon, Time } from '@/components';
import { m } from '@/i18n';
import type { OperationRow } from '@/ipc';
import { operationIcon, operationSentence } from '../activity/words';
import styles from './OverviewPage.module.css';

/** What was done last. */
export function RecentCard({ operations }: { operations: readonly OperationRow[] }) {
  return (
    <Card title={m.recent_title()} aside={<Link to="/activity">{m.nav_activity()}</Link>}>
      {operations.length === 0 && (
        <p
          style={{
            padding: '10px 16px 14px',
            color: 'var(--text-3)',
            borderTop: '1px solid var(--line)',
          }}
        >
          {m.recent_none()}
        </p>
      )}
      {operations.slice(0, 6).map((operation) => (
        <Link
          key={operation.id}
          to="/activity"
          search={{ open: operation.id }}
          className={styles.link}
        >
          <Icon name={operationIcon(operation.operation)} />
          <span className={styles.what}>
            <span className={styles.what}>{operationSentence(operation)}</span>
            <small>
              {operation.actor} · <Time at={operation.at} />
            </small>
          </span>
        </Link>
      ))}
    </Card>
  );
}
