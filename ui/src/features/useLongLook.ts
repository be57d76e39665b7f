import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type CommandName, call, type Input, type ProgressReport } from '@/ipc';

/**
 * A long command that changes nothing and is asked for by what is on the screen: it begins with it, tells
 * how far it is, and is cancelled when nobody looks any more.
 */
export function useLongLook<Name extends CommandName>(name: Name, input: Input<Name>) {
  const [progress, setProgress] = useState<ProgressReport | null>(null);
  const [startedAt] = useState(() => performance.now());
  const asked = useQuery({
    queryKey: ['look', name, input],
    queryFn: ({ signal }) => call(name, input, { signal, onProgress: setProgress }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  return { ...asked, progress, startedAt };
}
