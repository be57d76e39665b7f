import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { offerImport } from '@/features/import/store';
import { listen } from '@/ipc';
import { invalidate } from './queries';

/** Follow what the shell tells. Gives whether the data can no longer be reached. */
export function useEvents(): boolean {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const stops = [
      listen('changed', (tags) => {
        setLost(false);
        invalidate(client, tags);
      }),
      listen('dropped', offerImport),
      listen('connection_lost', () => setLost(true)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
  return lost;
}
