import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** At most so many are asked about at a time; the next come when these are decided. */
const ASKED = 5;

/** What was written elsewhere while a data source was down, and has to be decided about. */
export function fallenQuery() {
  return queryOptions({
    queryKey: ['fallen'],
    queryFn: () => call('source_fallen', { conflicts: true, limit: ASKED }),
    meta: { tags: ['connection'] },
  });
}

/** Workflows that cannot start because of their task folder. A disk that is taken away says nothing of it. */
export function hinderedQuery() {
  return queryOptions({
    queryKey: ['hindered'],
    queryFn: () => call('flow_hindered', {}),
    meta: { tags: ['workflow', 'folder'], atMostEvery: 3_000 },
    staleTime: 0,
    refetchOnWindowFocus: true,
  });
}

export function overviewQuery() {
  return queryOptions({
    queryKey: ['overview'],
    queryFn: () => call('overview_show', {}),
    meta: {
      tags: [
        'workflow',
        'roadmap',
        'rule',
        'template',
        'operation',
        'settings',
        'backup',
        'example',
      ],
    },
  });
}
