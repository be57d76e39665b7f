import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Button, Card, Empty, ErrorNotice, Page, RowList, useSearchWords } from '@/components';
import { counted, m, number, when } from '@/i18n';
import { momentsOf } from '../filters/period';
import { overviewQuery } from '../overview/queries';
import { runColumns } from './columns';
import { isAtWork, useNow } from './now';
import { runCountQuery, runOverviewQuery } from './queries';
import { RunFilters } from './RunFilters';
import styles from './RunsPage.module.css';
import { openRunSheet } from './sheet/store';
import { useRunRows } from './useRunRows';

/** How often the times of a list are told anew: while something runs, and otherwise. */
const LIVE = 1_000;
const STILL = 30_000;

/** The history of all runs, the newest first. */
export function RunsPage() {
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate();
  const { q, ...filters } = search;
  const { since, until, begunBy, ...others } = filters;
  const { query, setQuery, words } = useSearchWords(
    q,
    (next) => void navigate({ to: '/runs', search: { ...search, q: next }, replace: true }),
  );
  // A span is counted back once, not with every drawing: each would be another question.
  const moments = useMemo(() => momentsOf({ since, until }, new Date()), [since, until]);
  const question = { text: words, begun_by: begunBy, ...others, ...moments };
  const runs = useRunRows(question);
  const count = useQuery(runCountQuery(question)).data;
  const asking = useQuery(runOverviewQuery()).data?.asking ?? 0;
  const isLive = runs.rows.some(({ status }) => isAtWork(status));
  const now = useNow(isLive ? LIVE : STILL);
  const columns = useMemo(() => runColumns(now, 'all', words), [now, words]);
  const canRun = useCanRun();
  const isFiltered = Boolean(words) || Object.values(filters).some(Boolean);
  const isEmpty = !runs.isPending && !runs.error && runs.total === 0;
  return (
    <Page
      title={m.nav_runs()}
      subtitle={[
        count === undefined ? ' ' : inWords(count),
        // A run may ask for several things: the number elsewhere counts them.
        ...(others.needs === 'answer' && asking > 0 ? [counted('waiting_for_you', asking)] : []),
      ].join(' · ')}
      body="fill"
      end={
        canRun && (
          <Button
            look={isEmpty && !isFiltered ? 'plain' : 'primary'}
            icon="play"
            onPress={() => openRunSheet()}
            data-testid="run"
          >
            {m.run_start_choose()}
          </Button>
        )
      }
    >
      <RunFilters
        query={query}
        onQuery={setQuery}
        filters={filters}
        onFilters={(next) =>
          void navigate({ to: '/runs', search: { q: words, ...next }, replace: true })
        }
      />
      {runs.error && <ErrorNotice error={runs.error} onRetry={runs.retry} />}
      {!runs.isPending && (!runs.error || runs.total > 0) && (
        <Card fill="hold">
          {isEmpty && !runs.soughtTo ? (
            <NoRuns
              isFiltered={isFiltered}
              onClear={() => {
                setQuery('');
                void navigate({ to: '/runs', search: {}, replace: true });
              }}
            />
          ) : (
            <RowList
              // Another question begins at the top again.
              key={JSON.stringify(question)}
              label={m.nav_runs()}
              columns={columns}
              total={runs.total}
              at={(index) => runs.rows[index]}
              idOf={(run) => run.id}
              onRange={runs.onRange}
              onOpen={(run) => void navigate({ to: '/runs/$id', params: { id: run.id } })}
              rowHeight={46}
            />
          )}
          {runs.soughtTo && (
            <div className={styles.sought} data-testid="runs-sought-to">
              {m.run_sought_to({ when: when(runs.soughtTo) })}
              <Button look="quiet" onPress={runs.lookFurther} data-testid="runs-look-further">
                {m.run_look_further()}
              </Button>
            </div>
          )}
        </Card>
      )}
    </Page>
  );
}

function inWords({ total, more }: { total: number; more: boolean }): string {
  return more ? m.n_runs_more({ count: number(total) }) : counted('n_runs', total);
}

/** Whether there is anything to run. */
function useCanRun(): boolean {
  const { data } = useQuery(overviewQuery());
  return data?.counts.some(({ kind, count }) => kind === 'workflow' && count > 0) ?? false;
}

function NoRuns({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  const canRun = useCanRun();
  if (isFiltered)
    return (
      <Empty
        icon="find"
        title={m.search_nothing()}
        actions={<Button onPress={onClear}>{m.filter_clear()}</Button>}
      >
        {m.run_filter_nothing()}
      </Empty>
    );
  return (
    <Empty
      icon="runs"
      title={m.run_none()}
      actions={
        <>
          <Button
            look={canRun ? 'plain' : 'primary'}
            onPress={() => void navigate({ to: '/workflows' })}
          >
            {m.nav_workflows()}
          </Button>
          {canRun && (
            <Button
              look="primary"
              icon="play"
              onPress={() => openRunSheet()}
              data-testid="run-first"
            >
              {m.run_start_choose()}
            </Button>
          )}
        </>
      }
    >
      {m.run_none_hint()}
    </Empty>
  );
}
