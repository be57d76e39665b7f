import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { awayQuery } from '@/features/overview/away';
import { call } from '@/ipc';

/** That somebody is there is kept no more often, in milliseconds. */
const KEPT_EVERY = 5 * 60_000;
/** Who does nothing for so long was away. */
const AWAY = 60 * 60_000;
const SIGNS = ['pointerdown', 'keydown', 'wheel'] as const;

/** Keeps when somebody was last here; whoever comes back is told first what ended meanwhile. */
export function useLooking() {
  const client = useQueryClient();
  useEffect(() => {
    let last = Number.NEGATIVE_INFINITY;
    const look = () => {
      const now = Date.now();
      const rest = now - last;
      if (rest < KEPT_EVERY) return;
      last = now;
      const stale = rest >= AWAY ? { staleTime: 0 } : {};
      // Where nothing can be written nobody is told what ended, and nothing else is missing.
      client
        .fetchQuery({ ...awayQuery(), ...stale })
        .then(() => call('away_seen', {}))
        .catch(() => undefined);
    };
    look();
    for (const sign of SIGNS) document.addEventListener(sign, look, { passive: true });
    return () => {
      for (const sign of SIGNS) document.removeEventListener(sign, look);
    };
  }, [client]);
}
