/** What the page asks of connections and secrets. */
import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** How often workflows are looked through again while they change, in milliseconds. */
const LOOK_EVERY = 10_000;

/** The data sources that are connected; `local` first. */
export function sourcesQuery() {
  return queryOptions({
    queryKey: ['sources'],
    queryFn: async () => (await call('source_list', {})).items,
    meta: { tags: ['connection', 'secret'] },
  });
}

/** The workflows whose tasks name a connection. */
export function sourceUsesQuery(name: string) {
  return queryOptions({
    queryKey: ['source uses', name],
    queryFn: () => call('source_uses', { name }),
    meta: { tags: ['workflow'], atMostEvery: LOOK_EVERY },
  });
}

export function secretsQuery() {
  return queryOptions({
    queryKey: ['secrets'],
    queryFn: () => call('secret_list', {}),
    meta: { tags: ['secret'] },
  });
}

/** The workflows whose tasks name a secret. */
export function secretUsesQuery(name: string) {
  return queryOptions({
    queryKey: ['secret uses', name],
    queryFn: () => call('secret_uses', { name }),
    meta: { tags: ['workflow'], atMostEvery: LOOK_EVERY },
  });
}
