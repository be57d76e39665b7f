import { useQuery } from '@tanstack/react-query';
import { Button, ErrorNotice, Notice, Page } from '@/components';
import { counted, m } from '@/i18n';
import type { Overview } from '@/ipc';
import { Unfinished } from '../backup/Unfinished';
import { tellFailure, useCommand } from '../command';
import { BackupCard } from './BackupCard';
import { CatalogCard } from './CatalogCard';
import { ExampleOffer } from './ExampleOffer';
import styles from './OverviewPage.module.css';
import { overviewQuery } from './queries';
import { RecentCard } from './RecentCard';

/** The first screen: certainty about the backup, then what needs a person. */
export function OverviewPage() {
  const overview = useQuery(overviewQuery());
  const { data } = overview;
  return (
    <Page title={m.nav_overview()} subtitle={data ? subtitle(data) : ' '}>
      {overview.error && <ErrorNotice error={overview.error} onRetry={() => overview.refetch()} />}
      {data && (
        <>
          {data.interrupted_restore && (
            <Notice tone="warn" icon="info" end={<Seen />}>
              {m.interrupted_restore()}
            </Notice>
          )}
          {data.offer_example && <ExampleOffer />}
          <BackupCard overview={data} />
          {data.unfinished.length > 0 && <Unfinished items={data.unfinished} />}
          <div className={styles.columns}>
            <CatalogCard overview={data} />
            <RecentCard operations={data.recent} />
          </div>
        </>
      )}
    </Page>
  );
}

/** The operator has read that a restore was broken off. */
function Seen() {
  const seen = useCommand('db_interrupted_seen', ['backup', 'operation']);
  return (
    <Button onPress={() => seen.mutate({}, { onError: tellFailure })}>{m.understood()}</Button>
  );
}

function subtitle({ counts, documents_with_problems, example_documents }: Overview): string {
  const total = counts.reduce((sum, kind) => sum + kind.count, 0);
  if (total === 0) return example_documents > 0 ? m.overview_example_only() : m.overview_empty();
  return [
    counted('n_documents', total),
    documents_with_problems > 0
      ? counted('documents_with_problems', documents_with_problems)
      : m.all_is_well(),
  ].join(' · ');
}
