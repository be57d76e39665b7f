import { type Query, QueryClient } from '@tanstack/react-query';
import { isTouched } from '@/ipc/tags';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      tags?: readonly string[];
      /** What is dear to ask for is asked for again at most so often, in milliseconds. */
      atMostEvery?: number;
    };
    mutationMeta: { tags?: readonly string[] };
  }
}

/**
 * The one store of server state. Nothing is refetched by time or focus: a `changed` event says what
 * became stale.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Refetch what depends on these tags, and forget what depends on them and is not in sight. */
export function invalidate(client: QueryClient, changed: readonly string[]): void {
  const predicate = (query: Query) => isTouched(query.meta?.tags ?? [], changed);
  for (const query of client.getQueryCache().findAll({ predicate, fetchStatus: 'fetching' })) {
    // A first answer that is under way may tell of the time before the change: ask once more.
    if (query.state.data !== undefined || isDear(query)) continue;
    const again = () => client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    void query.promise?.then(again, again);
  }
  void client.invalidateQueries({ predicate: (query) => predicate(query) && isDue(client, query) });
}

/** Queries that are asked again when their time has come. */
const waiting = new Set<string>();

function isDear(query: Query): boolean {
  return query.meta?.atMostEvery !== undefined;
}

/** Whether a query may be asked again now; if not, it is when its time has come. */
function isDue(client: QueryClient, query: Query): boolean {
  if (!isDear(query)) return true;
  const { meta, queryHash, queryKey, state } = query;
  if (waiting.has(queryHash)) return false;
  const later = () => {
    waiting.delete(queryHash);
    if (isDue(client, query)) void client.invalidateQueries({ queryKey, exact: true });
  };
  // Broken off, the core would go on with it all the same.
  if (state.fetchStatus === 'fetching') {
    waiting.add(queryHash);
    void query.promise?.then(later, later);
    return false;
  }
  const left = state.dataUpdatedAt + (meta?.atMostEvery ?? 0) - Date.now();
  if (left <= 0) return true;
  waiting.add(queryHash);
  setTimeout(later, left);
  return false;
}
