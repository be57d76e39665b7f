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
    if (query.state.data !== undefined) continue;
    const again = () => client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    void query.promise?.then(again, again);
  }
  void client.invalidateQueries({ predicate: (query) => predicate(query) && isDue(client, query) });
}

/** Queries that are asked again when their time has come. */
const waiting = new Set<string>();

/** Whether a query may be asked again now; if not, it is when its time has come. */
function isDue(client: QueryClient, query: Query): boolean {
  const { meta, queryHash, queryKey, state } = query;
  const left = state.dataUpdatedAt + (meta?.atMostEvery ?? 0) - Date.now();
  if (left <= 0) return true;
  if (waiting.has(queryHash)) return false;
  waiting.add(queryHash);
  setTimeout(() => {
    waiting.delete(queryHash);
    void client.invalidateQueries({ queryKey, exact: true });
  }, left);
  return false;
}
