import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Button, ErrorNotice, Notice, Page } from '@/components';
import { counted, m } from '@/i18n';
import type { HinderedFlows, Overview, RunOverview } from '@/ipc';
import { FolderQuestion } from '../backup/FolderQuestion';
import { Unfinished } from '../backup/Unfinished';
import { tellFailure, useCommand } from '../command';
import { SecretsCard } from '../connections/SecretsCard';
import { tasksWaiting } from '../connections/sourceState';
import { runOverviewQuery } from '../runs/queries';
import { openRunSheet } from '../runs/sheet/store';
import { sessionCountsQuery } from '../sessions/queries';
import { BackupCard } from './BackupCard';
import { CatalogCard } from './CatalogCard';
import { ComingCard, ScheduleNotices } from './ComingCard';
import { ExampleOffer } from './ExampleOffer';
import { FailuresCard } from './FailuresCard';
import styles from './OverviewPage.module.css';
import { hinderedQuery, overviewQuery } from './queries';
import { RecentCard } from './RecentCard';
import { RunningCard } from './RunningCard';
import { SourcesCard } from './SourcesCard';
import { WaitingCard } from './WaitingCard';

/** Seldom there. */
const FallenCard = lazy(() => import('./FallenCard'));
const HinderedCard = lazy(() => import('./HinderedCard'));
const AwayNotice = lazy(() => import('./AwayNotice'));
const StartNotice = lazy(() => import('../start/StartNotice'));
const Unsent = lazy(() => import('../notices/Unsent'));

/** The first screen: certainty about the backup, then what needs a person. */
export function OverviewPage() {
  const overview = useQuery(overviewQuery());
  const runs = useQuery(runOverviewQuery());
  const hindered = useQuery(hinderedQuery()).data;
  // As many as the page of sessions lists.
  const sessions = useQuery(sessionCountsQuery()).data?.all;
  const { data } = overview;
  return (
    <Page
      title={m.nav_overview()}
      subtitle={
        data ? subtitle({ ...data, sessions: sessions ?? data.sessions }, runs.data, hindered) : ' '
      }
      end={
        data?.counts.some(({ kind, count }) => kind === 'workflow' && count > 0) && (
          <Button icon="play" onPress={() => openRunSheet()} data-testid="run">
            {m.run_start_choose()}
          </Button>
        )
      }
    >
      {overview.error && <ErrorNotice error={overview.error} onRetry={() => overview.refetch()} />}
      {data && (
        <>
          {data.interrupted_restore && (
            <Notice tone="warn" icon="info" end={<Seen />}>
              {m.interrupted_restore()}
            </Notice>
          )}
          <ScheduleNotices />
          <Suspense fallback={null}>
            <StartNotice />
            <AwayNotice />
            <Unsent />
          </Suspense>
          {data.offer_example && <ExampleOffer />}
          {data.ask_for_folder && <FolderQuestion />}
          <BackupCard overview={data} runsSince={runs.data?.since_backup ?? 0} />
          {data.unfinished.length > 0 && <Unfinished items={data.unfinished} />}
          {runs.error && <ErrorNotice error={runs.error} onRetry={() => runs.refetch()} />}
          <div className={styles.columns}>
            <div className={styles.column}>
              {runs.data && runs.data.locked.length > 0 && (
                <SecretsCard locked={runs.data.locked} />
              )}
              {runs.data && runs.data.asking > 0 && <WaitingCard runs={runs.data} />}
              {runs.data && runs.data.failed > 0 && <FailuresCard runs={runs.data} />}
              {hindered && hindered.total > 0 && (
                <Suspense>
                  <HinderedCard hindered={hindered} />
                </Suspense>
              )}
              {runs.data && runs.data.sources_down.length > 0 && <SourcesCard runs={runs.data} />}
              {runs.data && runs.data.sources_behind.length > 0 && (
                <Suspense>
                  <FallenCard runs={runs.data} />
                </Suspense>
              )}
              <CatalogCard overview={data} />
            </div>
            <div className={styles.column}>
              {runs.data && runs.data.under_way > 0 && <RunningCard runs={runs.data} />}
              <ComingCard />
              <RecentCard operations={data.recent} />
            </div>
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

function subtitle(
  { counts, documents_with_problems, example_documents, sessions }: Overview,
  runs: RunOverview | undefined,
  hindered: HinderedFlows | undefined,
): string {
  const needed = [
    runs && runs.locked.length > 0 && counted('tasks_wait_secrets', tasksWaiting(runs.locked)),
    runs && runs.asking > 0 && counted('waiting_for_you', runs.asking),
    runs && runs.sources_down.length > 0 && counted('sources_down', runs.sources_down.length),
    runs && runs.failed > 0 && counted('workflows_failed', runs.failed),
    hindered && hindered.total > 0 && counted('workflows_cannot_start', hindered.total),
    documents_with_problems > 0 && counted('documents_with_problems', documents_with_problems),
  ].filter((sentence) => typeof sentence === 'string');
  const total = counts.reduce((sum, kind) => sum + kind.count, 0);
  if (total === example_documents && sessions === 0 && needed.length === 0)
    return total > 0 ? m.overview_example_only() : m.overview_empty();
  return [
    counted('n_documents', total),
    ...(sessions > 0 ? [counted('n_sessions', sessions)] : []),
    ...(needed.length > 0 ? needed : [m.all_is_well()]),
  ].join(' · ');
}
