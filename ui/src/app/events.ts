import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keepDrafts } from '@/features/catalog/draft/drafts';
import { isTaken } from '@/features/drops';
import { offerImport } from '@/features/import/store';
import { runsChanged } from '@/features/runs/pages';
import { listen, shell } from '@/ipc';
import { ALL } from '@/ipc/tags';
import { setGoingOn } from './closing';
import { invalidate } from './queries';
import { setReach } from './reach';

/**
 * Follow what the shell tells. Answers whether changes are heard of by now: what is asked for from
 * then on misses none, what was asked for before might.
 */
export function useEvents(): boolean {
  const client = useQueryClient();
  const [hears, setHears] = useState(false);
  useEffect(() => {
    let told = false;
    const changes = gather((tags) => {
      runsChanged(tags);
      invalidate(client, tags);
    });
    const stops = [
      listen('changed', changes.add, () => setHears(true)),
      listen('dropped', (places) => isTaken(places) || offerImport(places)),
      // Before what it answers to: who hears that the window closes hears what goes on.
      listen('going_on', setGoingOn),
      listen('closing', () => void keepDrafts().finally(() => shell.ready_to_close())),
      listen('reach', (reach) => {
        told = true;
        setReach(reach);
        // What failed or grew old meanwhile is asked for again.
        if (reach !== 'here') return;
        runsChanged([ALL]);
        invalidate(client, [ALL]);
      }),
    ];
    // A page that is loaded while the data is gone was not there to be told; news is newer.
    shell.data_reach().then(
      (reach) => told || setReach(reach),
      () => undefined,
    );
    // Out of sight, a window may be ended without being asked.
    const keep = () => void keepDrafts();
    window.addEventListener('blur', keep);
    document.addEventListener('visibilitychange', keep);
    return () => {
      changes.end();
      for (const stop of stops) stop();
      window.removeEventListener('blur', keep);
      document.removeEventListener('visibilitychange', keep);
    };
  }, [client]);
  return hears;
}

/** Changes that come faster than this are told together, in milliseconds. */
const TOGETHER = 250;

/**
 * Tells the first change at once, and what follows it closely together: a run of short tasks makes
 * hundreds of changes a second, and a page is drawn for people.
 */
export function gather(tell: (tags: string[]) => void) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (waiting.size === 0) return;
    const tags = [...waiting];
    waiting.clear();
    timer = setTimeout(flush, TOGETHER);
    tell(tags);
  };
  return {
    add: (tags: readonly string[]) => {
      for (const tag of tags) waiting.add(tag);
      if (timer === undefined) flush();
    },
    end: () => clearTimeout(timer),
  };
}
