import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { offerImport } from '@/features/import/store';
import { listen } from '@/ipc';
import { ALL } from '@/ipc/tags';
import { invalidate } from './queries';
import { setReach } from './reach';

/** Follow what the shell tells. */
export function useEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      listen('changed', (tags) => invalidate(client, tags)),
      listen('dropped', offerImport),
      listen('reach', (reach) => {
        setReach(reach);
        // What failed or grew old meanwhile is asked for again.
        if (reach === 'here') invalidate(client, [ALL]);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
}
