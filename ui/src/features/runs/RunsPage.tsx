import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { Button, Page, Segments, useSearchWords } from '@/components';
import { counted, m, number } from '@/i18n';
import { momentsOf } from '../filters/period';
import { VIEWS, type View } from './history/search';
import { ListExport } from './ListExport';
import { NoRuns, useCanRun } from './NoRuns';
import { runCountQuery, runOverviewQuery } from './queries';
import { RunFilters } from './RunFilters';
import { RunsList } from './RunsList';
import { openRunSheet } from './sheet/store';
import { useOpenView } from './views/useViews';
import { ViewsMenu } from './views/ViewsMenu';

const HistoryTimeline = lazy(async () => ({
  default: (await import('./history/HistoryTimeline')).HistoryTimeline,
}));
const Calendar = lazy(async () => ({ default: (await import('./history/Calendar')).Calendar }));

/** The history of all runs: as a list, along the clock, and by days. */
export function RunsPage() {
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate();
  const { q, view, span, end, year, saved, ...filters } = search;
  const go = (next: typeof search, replace = true) =>
    void navigate({ to: '/runs', search: next, replace });
  const { query, setQuery, words } = useSearchWords(q, (next) => go({ ...search, q: next }));
  const { since, until, touched, begunBy, ...others } = filters;
  // A span is counted back once, not with every drawing: each would be another question.
  const moments = useMemo(() => momentsOf({ since, until }, new Date()), [since, until]);
  const isList = view === undefined;
  const openView = useOpenView(search);
  const of = { text: words, begun_by: begunBy, ...others };
  // The other ways to look say themselves which time they show.
  const question = isList
    ? { ...of, ...moments, touched_since: touched }
    : view === 'calendar'
      ? { workflow: filters.workflow }
      : of;
  const count = useQuery(runCountQuery(question)).data;
  const asking = useQuery(runOverviewQuery()).data?.asking ?? 0;
  const canRun = useCanRun();
  const isFiltered = Boolean(words) || Object.values(filters).some(Boolean);
  const isNone = count?.total === 0 && !isFiltered;
  const onClear = () => {
    setQuery('');
    go({ view, span, end, year, saved });
  };
  return (
    <Page
      title={m.nav_runs()}
      subtitle={[
        ...(openView ? [openView] : []),
        count === undefined ? ' ' : inWords(count),
        // A run may ask for several things: the number elsewhere counts them.
        ...(others.needs === 'answer' && asking > 0 ? [counted('waiting_for_you', asking)] : []),
      ].join(' · ')}
      body="fill"
      end={
        <>
          <ViewsMenu search={search} onSearch={(next) => go(next, false)} isList={isList} />
          <Segments<View>
            label={m.run_view()}
            value={view ?? 'list'}
            onChange={(next) => go({ ...search, view: next === 'list' ? undefined : next }, false)}
            options={VIEWS.map((value) => ({
              value,
              label: VIEW_NAMES[value](),
              testid: `runs-as-${value}`,
            }))}
          />
          {canRun && (
            <Button
              look={isNone ? 'plain' : 'primary'}
              icon="play"
              onPress={() => openRunSheet()}
              data-testid="run"
            >
              {m.run_start_choose()}
            </Button>
          )}
          {isList && !isNone && <ListExport question={question} />}
        </>
      }
    >
      <RunFilters
        query={query}
        onQuery={setQuery}
        filters={filters}
        onFilters={(next) => go({ q: words, view, span, end, year, saved, ...next })}
        view={view ?? 'list'}
      />
      {isList ? (
        <RunsList
          question={question}
          words={words}
          isFiltered={isFiltered}
          fitting={count}
          onClear={onClear}
        />
      ) : isNone ? (
        <NoRuns isFiltered={false} onClear={onClear} />
      ) : (
        <Suspense fallback={null}>
          {view === 'timeline' ? (
            <HistoryTimeline
              wish={{ span, end }}
              onWish={(wish) => go({ ...search, span: wish.span, end: wish.end })}
              filters={filters}
              words={words}
            />
          ) : (
            <Calendar
              year={year}
              onYear={(next) => go({ ...search, year: next })}
              workflow={filters.workflow}
              onDay={(day) => go({ workflow: filters.workflow, since: day, until: day }, false)}
            />
          )}
        </Suspense>
      )}
    </Page>
  );
}

const VIEW_NAMES: Record<View, () => string> = {
  list: m.run_view_list,
  timeline: m.run_view_timeline,
  calendar: m.run_view_calendar,
};

function inWords({ total, more }: { total: number; more: boolean }): string {
  return more ? m.n_runs_more({ count: number(total) }) : counted('n_runs', total);
}
