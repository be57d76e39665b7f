import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import {
  Button,
  Card,
  Chip,
  Choice,
  Empty,
  ErrorNotice,
  Icon,
  Page,
  SearchField,
  Time,
  toast,
} from '@/components';
import { counted, label, m, when } from '@/i18n';
import { call, type OperationRow, shell } from '@/ipc';
import { TwoPanes } from '../catalog/forms/TwoPanes';
import { ALL_KINDS } from '../catalog/kinds';
import { tellFailure } from '../command';
import styles from './ActivityPage.module.css';
import { OperationPanel } from './OperationPanel';
import { activityQuery } from './queries';
import { OPERATIONS, operationIcon, operationSentence } from './words';

const ALL = '';

/** Who changed what and when; each entry leads to its subject and its revision. */
export function ActivityPage() {
  const search = useSearch({ from: '/activity' });
  const navigate = useNavigate();
  const [query, setQuery] = useState(search.q ?? '');
  const words = useDeferredValue(query.trim()) || undefined;
  const { operation, kind, id, since, open } = search;
  const activity = useInfiniteQuery(activityQuery({ query: words, operation, kind, id, since }));
  const go = (next: Partial<typeof search>) =>
    void navigate({ to: '/activity', search: { ...search, ...next }, replace: true });
  useEffect(() => {
    if (search.q !== words) go({ q: words });
  });
  const rows = activity.data?.pages.flatMap((page) => page.items) ?? [];
  const total = activity.data?.pages[0]?.total;
  const isFiltered = Boolean(words || operation || kind || id || since);
  const write = async () => {
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
  };
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
      <div className={styles.tools}>
        <div className={styles.search}>
          <SearchField
            label={m.search_activity()}
            value={query}
            onChange={setQuery}
            data-testid="list-search"
          />
        </div>
        <div className={styles.choice}>
          <Choice
            label={m.filter_operation()}
            labelling="hidden"
            options={[
              { value: ALL, label: m.all_operations() },
              ...OPERATIONS.map((value) => ({ value, label: label('operation', value) })),
            ]}
            value={operation ?? ALL}
            onChange={(value) => go({ operation: value || undefined })}
          />
        </div>
        <div className={styles.choice}>
          <Choice
            label={m.filter_kind()}
            labelling="hidden"
            options={[
              { value: ALL, label: m.all_kinds() },
              ...ALL_KINDS.map((value) => ({ value, label: label('kinds', value) })),
            ]}
            value={kind ?? ALL}
            onChange={(value) => go({ kind: value || undefined, id: undefined })}
          />
        </div>
        <div className={styles.choice}>
          <Since since={since} onChange={(value) => go({ since: value })} />
        </div>
        {isFiltered && (
          <Button
            look="quiet"
            onPress={() => {
              setQuery('');
              void navigate({ to: '/activity', search: {}, replace: true });
            }}
          >
            {m.filter_clear()}
          </Button>
        )}
      </div>
      {activity.error && <ErrorNotice error={activity.error} onRetry={() => activity.refetch()} />}
      {activity.data && (
        <TwoPanes
          main={
            <Card fill="scroll">
              {rows.length === 0 && (
                <Empty icon="activity" title={isFiltered ? m.search_nothing() : m.activity_none()}>
                  {isFiltered ? m.search_nothing_hint() : m.activity_none_hint()}
                </Empty>
              )}
              <ul aria-label={m.nav_activity()}>
                {rows.map((row) => (
                  <Line
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

function Line({ row, isOpen, onOpen }: { row: OperationRow; isOpen: boolean; onOpen: () => void }) {
  return (
    <li>
      <button
        type="button"
        className={styles.line}
        aria-pressed={isOpen}
        onClick={onOpen}
        data-testid={`row-${row.id}`}
      >
        <Icon name={operationIcon(row.operation)} />
        <span className={styles.words}>
          <span className={styles.sentence}>{operationSentence(row)}</span>
          <small>
            {row.actor}
            {row.face !== 'desktop' && ` · ${label('face', row.face)}`}
            {row.after !== null &&
              row.after !== undefined &&
              ` · ${m.revision_number({ number: row.after })}`}
          </small>
        </span>
        {row.undone_by && <Chip icon="undo">{m.was_undone()}</Chip>}
        <small className={styles.time}>
          <Time at={row.at} />
        </small>
      </button>
    </li>
  );
}

const DAY = 86_400_000;

/** From when on: a few spans, or the exact time that was come with. */
function Since({
  since,
  onChange,
}: {
  since: string | undefined;
  onChange: (since: string | undefined) => void;
}) {
  const days: Record<string, string> = {
    '1': m.since_day(),
    '7': m.since_week(),
    '30': m.since_month(),
  };
  const options = [
    { value: ALL, label: m.since_ever() },
    ...Object.entries(days).map(([value, text]) => ({ value, label: text })),
    ...(since ? [{ value: since, label: m.since_when({ when: when(since) }) }] : []),
  ];
  return (
    <Choice
      label={m.filter_time()}
      labelling="hidden"
      options={options}
      value={since ?? ALL}
      onChange={(value) => {
        if (value === ALL) onChange(undefined);
        else if (value in days) onChange(new Date(Date.now() - Number(value) * DAY).toISOString());
      }}
    />
  );
}
