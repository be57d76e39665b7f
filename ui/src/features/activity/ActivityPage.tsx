import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Button, Card, Empty, ErrorNotice, Page, toast, useSearchWords } from '@/components';
import { counted, m } from '@/i18n';
import { call, shell } from '@/ipc';
import { TwoPanes } from '../catalog/forms/TwoPanes';
import { tellFailure } from '../command';
import { momentsOf } from '../filters/period';
import { ActivityFilters } from './ActivityFilters';
import { ActivityLine } from './ActivityLine';
import styles from './ActivityPage.module.css';
import { OperationPanel } from './OperationPanel';
import { activityQuery } from './queries';
import { CHANGES } from './words';

/** Who changed what and when; each entry leads to its subject and its revision. */
export function ActivityPage() {
  const search = useSearch({ from: '/activity' });
  const navigate = useNavigate();
  const { q, open, ...filters } = search;
  const { operation, kind, id, since, until } = filters;
  const go = (next: Partial<typeof search>) =>
    void navigate({ to: '/activity', search: { ...search, ...next }, replace: true });
  const { query, setQuery, words } = useSearchWords(q, (next) => go({ q: next }));
  // A span is counted back once, not with every drawing: each would be another question.
  const moments = useMemo(() => momentsOf({ since, until }, new Date()), [since, until]);
  const activity = useInfiniteQuery(
    activityQuery({
      query: words,
      operation: operation === CHANGES ? undefined : operation,
      changes: operation === CHANGES,
      kind,
      id,
      ...moments,
    }),
  );
  const rows = activity.data?.pages.flatMap((page) => page.items) ?? [];
  const total = activity.data?.pages[0]?.total;
  const isFiltered = Boolean(words || operation || kind || id || since || until);
  return (
    <Page
      title={m.nav_activity()}
      subtitle={total === undefined || total === null ? ' ' : counted('n_operations', total)}
      body="fill"
      end={
        <Button icon="export" onPress={() => void write()} data-testid="export">
          {m.export_json()}
        </Button>
      }
    >
      <ActivityFilters
        query={query}
        onQuery={setQuery}
        filters={filters}
        onFilters={(next) =>
          void navigate({ to: '/activity', search: { q: words, open, ...next }, replace: true })
        }
      />
      {activity.error && <ErrorNotice error={activity.error} onRetry={() => activity.refetch()} />}
      {activity.data && (
        <TwoPanes
          main={
            <Card fill={rows.length === 0 ? 'hold' : 'scroll'}>
              {rows.length === 0 && (
                <Empty icon="activity" title={isFiltered ? m.search_nothing() : m.activity_none()}>
                  {isFiltered ? m.search_nothing_hint() : m.activity_none_hint()}
                </Empty>
              )}
              <ul aria-label={m.nav_activity()}>
                {rows.map((row) => (
                  <ActivityLine
                    key={row.id}
                    row={row}
                    isOpen={row.id === open}
                    onOpen={() => go({ open: row.id })}
                  />
                ))}
              </ul>
              {activity.hasNextPage && (
                <div className={styles.more}>
                  <Button
                    onPress={() => void activity.fetchNextPage()}
                    isDisabled={activity.isFetchingNextPage}
                  >
                    {m.show_more()}
                  </Button>
                </div>
              )}
            </Card>
          }
          side={open ? <OperationPanel id={open} /> : undefined}
        />
      )}
    </Page>
  );
}

/** All of it as JSON into a file one picks. */
async function write(): Promise<void> {
  try {
    const to = await shell.pick_save({
      title: m.activity_export_title(),
      name: 'flowkeep-activity.json',
    });
    if (!to) return;
    await call('activity_export', { to: { picked: to.token } });
    toast({ text: m.exported_to({ place: to.label }) });
  } catch (thrown) {
    tellFailure(thrown);
  }
}
