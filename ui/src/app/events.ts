import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { offerImport } from '@/features/import/store';
import { listen } from '@/ipc';
import { ALL } from '@/ipc/tags';
import { invalidate } from './queries';
import { setReachable } from './reachable';

/** Follow what the shell tells. */
export function useEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      listen('changed', (tags) => invalidate(client, tags)),
      listen('dropped', offerImport),
      listen('reachable', (reachable) => {
        setReachable(reachable);
        // What failed or grew old meanwhile is asked for again.
        if (reachable) invalidate(client, [ALL]);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
}
