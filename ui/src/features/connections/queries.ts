/** What the page asks of connections and secrets. */
import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** How often tasks under way are counted again, in milliseconds. */
const COUNT_EVERY = 1_000;
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

/** How busy each source is, by its name. Each step of each run changes it. */
export function sourceLoadsQuery() {
  return queryOptions({
    queryKey: ['source loads'],
    queryFn: async () => {
      const { items } = await call('source_list', {});
      return new Map(items.map(({ name, running, most }) => [name, { running, most }]));
    },
    meta: { tags: ['run', 'run:'], atMostEvery: COUNT_EVERY },
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
