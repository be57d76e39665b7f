import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { Button, Card, Empty, ErrorNotice, Page, Segments } from '@/components';
import { counted, label, m, number } from '@/i18n';
import type { PickedPlace, SessionForgotten, SessionList, SessionRow } from '@/ipc';
import { beginsApart } from '../alike';
import { isClean } from './ForgetSession';
import { ImportSessions } from './ImportSessions';
import { KeyUnsaved } from './KeyUnsaved';
import { LeftOfSession } from './LeftOfSession';
import { OpenConfigDialog } from './OpenConfigDialog';
import { pickSessions, useSessionDrop } from './pick';
import { sessionsQuery, togetherOf } from './queries';
import { SessionLine } from './SessionLine';
import { SessionPanel } from './SessionPanel';
import styles from './SessionsPage.module.css';
import { SpaceCard } from './SpaceCard';
import { type SessionsSearch, WHICH, type Which } from './which';

/** What is asked or told: which configuration a session begins with, which session files come in, what is left of one. */
type Asked =
  | { what: 'open' }
  | { what: 'import'; places: readonly PickedPlace[] }
  | { what: 'left'; id: string; name: string; left: SessionForgotten };

/** Work that can be taken up again, and how sure that is. */
export function SessionsPage() {
  const { id } = useParams({ from: '/sessions/{-$id}' });
  const search = useSearch({ from: '/sessions/{-$id}' });
  const navigate = useNavigate();
  const which = search.which ?? 'recoverable';
  const sessions = useInfiniteQuery(sessionsQuery(which));
  const [asked, setAsked] = useState<Asked | null>(null);
  const first = sessions.data?.pages[0];
  const rows = useMemo(
    () => sessions.data?.pages.flatMap((page) => page.items) ?? [],
    [sessions.data],
  );
  const begins = useMemo(
    () => beginsApart(rows, ({ name, created_at: at }: SessionRow) => ({ name, at })),
    [rows],
  );
  // What somebody looks at stays, whatever changes last.
  const [shown, setShown] = useState<string>();
  const open = id ?? (rows.find((row) => row.id === shown) ?? rows[0])?.id;
  useEffect(() => setShown(open), [open]);
  const go = (next: string | undefined, searched: SessionsSearch) =>
    void navigate({
      to: '/sessions/{-$id}',
      params: { id: next },
      search: searched,
      replace: true,
    });
  const bring = (places: readonly PickedPlace[]) =>
    places.length > 0 && setAsked({ what: 'import', places });
  useSessionDrop(bring);
  const pick = () => void pickSessions().then(bring);
  const { ask } = search;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time it is asked for
  useEffect(() => {
    if (ask === undefined) return;
    go(id, { ...search, ask: undefined });
    if (ask === 'config') setAsked({ what: 'open' });
    else pick();
  }, [ask]);
  const buttons = (
    <>
      <Button icon="import" onPress={pick} data-testid="import">
        {m.sessions_import()}
      </Button>
      <Button icon="file" onPress={() => setAsked({ what: 'open' })} data-testid="config-open">
        {m.config_open()}
      </Button>
    </>
  );
  const isEmpty = first && rows.length === 0;
  return (
    <Page
      title={m.nav_sessions()}
      subtitle={first ? subtitleOf(first) : ' '}
      body="fill"
      end={
        <>
          {!(isEmpty && id === undefined) && buttons}
          <Segments<Which>
            label={m.sessions_which()}
            value={which}
            onChange={(next) => go(undefined, { which: next === 'recoverable' ? undefined : next })}
            options={WHICH.map((value) => ({
              value,
              label: <Choice which={value} list={first} />,
              testid: `sessions-${value}`,
            }))}
          />
        </>
      }
    >
      {sessions.error && (
        <ErrorNotice error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      <KeyUnsaved />
      {first && (
        <div className={`${styles.panes} ${open === undefined ? styles.one : ''}`}>
          <div className={styles.list}>
            <Card fill={isEmpty ? 'hold' : 'scroll'}>
              {isEmpty && (
                <Empty
                  icon="session"
                  title={label('sessions_none', which)}
                  actions={id === undefined && buttons}
                >
                  {m.sessions_none_hint()}
                </Empty>
              )}
              <ul aria-label={m.nav_sessions()}>
                {rows.map((row) => (
                  <SessionLine
                    key={row.id}
                    row={row}
                    isOpen={row.id === open}
                    begun={begins(row)}
                    onOpen={() => go(row.id, { which: search.which })}
                  />
                ))}
              </ul>
              {sessions.hasNextPage && (
                <div className={styles.more}>
                  <Button
                    onPress={() => void sessions.fetchNextPage()}
                    isDisabled={sessions.isFetchingNextPage}
                  >
                    {m.show_more()}
                  </Button>
                </div>
              )}
            </Card>
            <SpaceCard />
          </div>
          {open !== undefined && (
            <SessionPanel
              key={open}
              id={open}
              search={search}
              onSearch={(next) => go(open, next)}
              onGone={(name, left) => {
                go(undefined, { which: search.which });
                if (!isClean(left)) setAsked({ what: 'left', id: open, name, left });
              }}
            />
          )}
        </div>
      )}
      {asked?.what === 'open' && (
        <OpenConfigDialog
          onClose={() => setAsked(null)}
          onKept={(session) => go(session, { which: 'all' })}
        />
      )}
      {asked?.what === 'left' && <LeftOfSession {...asked} onClose={() => setAsked(null)} />}
      {asked?.what === 'import' && (
        <ImportSessions places={asked.places} onClose={() => setAsked(null)} />
      )}
    </Page>
  );
}

function Choice({ which, list }: { which: Which; list: SessionList | undefined }) {
  const count = list && (which === 'all' ? togetherOf(list) : list[which]);
  return (
    <>
      {label('sessions', which)}
      {count !== undefined && ` ${number(count)}`}
    </>
  );
}

function subtitleOf({ recoverable }: SessionList): string {
  return recoverable > 0 ? counted('sessions_subtitle', recoverable) : m.sessions_subtitle_none();
}
