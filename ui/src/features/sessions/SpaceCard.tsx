import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, Menu, Notice } from '@/components';
import { bytes, counted, dated, m, visible } from '@/i18n';
import type { SessionStats } from '@/ipc';
import { settingsQuery } from '../settings/queries';
import { CleanUpSnapshots } from './CleanUpSnapshots';
import { MoveStoreDialog } from './MoveStoreDialog';
import { statsQuery } from './queries';
import { ScrubDialog } from './ScrubDialog';
import styles from './SessionsPage.module.css';
import { StrategyDialog } from './StrategyDialog';
import { whyAway } from './storePlace';

/** What all that is kept takes, what is kept of a configuration, and how that is cared for. */
export function SpaceCard() {
  const stats = useQuery(statsQuery()).data;
  const settings = useQuery(settingsQuery()).data;
  const [asked, setAsked] = useState<'strategies' | 'clean-up' | 'scrub' | 'move' | null>(null);
  if (!stats) return null;
  const { files, bytes_original, bytes_stored } = stats;
  const saved = savedWords(stats);
  const close = () => setAsked(null);
  return (
    <div className={styles.space} data-testid="sessions-space">
      <Card
        title={m.sessions_space()}
        aside={
          <>
            <Button look="quiet" onPress={() => setAsked('strategies')} data-testid="strategies">
              {m.strategies()}
            </Button>
            <Menu
              label={m.sessions_space_more()}
              entries={[
                {
                  id: 'clean-up-snapshots',
                  label: m.archives_clean_up_look(),
                  icon: 'trash',
                  run: () => setAsked('clean-up'),
                },
                {
                  id: 'scrub',
                  label: m.scrub_open(),
                  icon: 'check',
                  run: () => setAsked('scrub'),
                },
                {
                  id: 'move-store',
                  label: m.store_move_open(),
                  icon: 'folder',
                  run: () => setAsked('move'),
                },
              ]}
              data-testid="space-menu"
            />
          </>
        }
      >
        {files === 0 && <p>{m.sessions_space_none()}</p>}
        {files > 0 && !stats.store_away && (
          <p>
            {counted(
              bytes_stored < bytes_original ? 'sessions_space' : 'sessions_space_few',
              files,
              {
                size: bytes(bytes_original),
                stored: bytes(bytes_stored),
              },
            )}
          </p>
        )}
        {stats.snapshots > 0 && <p data-testid="space-counts">{countWords(stats)}</p>}
        {settings?.snapshots === 'off' && <p>{m.sessions_space_off()}</p>}
        {stats.store_away ? (
          <Notice tone="warn" icon="warn" data-testid="store-away">
            {whyAway(stats)}
          </Notice>
        ) : (
          <p data-selectable data-testid="store-lies">
            {m.store_lies({ path: visible(stats.store_dir) })}
          </p>
        )}
        {saved && <p>{saved}</p>}
      </Card>
      {asked === 'strategies' && <StrategyDialog onClose={close} />}
      {asked === 'clean-up' && settings && <CleanUpSnapshots settings={settings} onClose={close} />}
      {asked === 'move' && <MoveStoreDialog stats={stats} onClose={close} />}
      {asked === 'scrub' && <ScrubDialog onClose={close} />}
    </div>
  );
}

/** What keeping each content once saves, and what packing does. */
function savedWords(stats: SessionStats): string | undefined {
  // Of a store that is away nobody knows what it takes.
  if (stats.store_away) return undefined;
  // Of a few small files the notes beside them take more than is saved; a hundredth is not worth a word.
  if (stats.bytes_stored >= stats.bytes_original) return undefined;
  const worth = (part: number) => (part * 100 >= stats.bytes_original ? part : 0);
  const once = worth(stats.bytes_original - stats.bytes_distinct);
  const more = worth(stats.bytes_distinct - stats.bytes_stored);
  const [saved, packed] = [bytes(once), bytes(more)];
  if (once > 0 && more > 0) return m.sessions_space_saved_both({ saved, packed });
  if (once > 0) return m.sessions_space_saved({ saved });
  return more > 0 ? m.sessions_space_packed({ packed }) : undefined;
}

/** How many there are, and of what time. */
function countWords({ sessions, snapshots, oldest, newest }: SessionStats): string {
  const told = [
    counted('sessions_space_sessions', sessions),
    counted('sessions_space_snapshots', snapshots),
  ];
  if (oldest && newest) {
    const [first, last] = [dated(oldest), dated(newest)];
    told.push(
      first === last
        ? m.sessions_space_only({ newest: last })
        : m.sessions_space_times({ oldest: first, newest: last }),
    );
  }
  return told.join(' · ');
}
