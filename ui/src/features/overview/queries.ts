import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

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
