import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type CommandName, call, type Input, type ProgressReport } from '@/ipc';

/** So long what was seen of files counts, in milliseconds. */
const FRESH = 5_000;

/**
 * A long command that changes nothing and is asked for by what is on the screen: it begins with it, tells
 * how far it is, and is cancelled when nobody looks any more. `isAgain`: files changed elsewhere are looked at again by
 * whoever comes back to the window.
 */
export function useLongLook<Name extends CommandName>(
  name: Name,
  input: Input<Name>,
  isAgain = false,
) {
  const [progress, setProgress] = useState<ProgressReport | null>(null);
  const [startedAt] = useState(() => performance.now());
  const asked = useQuery({
    queryKey: ['look', name, input],
    queryFn: ({ signal }) => call(name, input, { signal, onProgress: setProgress }),
    staleTime: isAgain ? FRESH : Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: isAgain,
    gcTime: 0,
    retry: false,
  });
  return { ...asked, progress, startedAt };
}
