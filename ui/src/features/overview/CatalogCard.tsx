import { Link } from '@tanstack/react-router';
import { Card, Icon } from '@/components';
import { counted, label, m, number } from '@/i18n';
import type { Overview } from '@/ipc';
import { ALL_KINDS, KINDS, listLink } from '../catalog/kinds';
import { ExampleNote } from './ExampleOffer';
import styles from './OverviewPage.module.css';

/** What is kept, and what of it wants a look. */
export function CatalogCard({ overview }: { overview: Overview }) {
  const { documents_with_problems, example_documents } = overview;
  return (
    <Card title={m.catalog()}>
      {ALL_KINDS.map((kind) => (
        <Link key={kind} {...listLink(kind)} className={styles.link}>
          <Icon name={KINDS[kind].icon} />
          <span>{label('kinds', kind)}</span>
          <span className={styles.count} style={{ flex: 'none' }}>
            {number(overview.counts.find((entry) => entry.kind === kind)?.count ?? 0)}
          </span>
        </Link>
      ))}
      {documents_with_problems > 0 && (
        <Link to="/workflows" className={styles.link}>
          <span style={{ flex: 'none', display: 'grid', color: 'var(--warn)' }}>
            <Icon name="warn" />
          </span>
          <span>
            {counted('documents_with_problems', documents_with_problems)}
            <small>{m.problems_hint()}</small>
          </span>
        </Link>
      )}
      {example_documents > 0 && <ExampleNote count={example_documents} />}
    </Card>
  );
}
