/** What is asked of what people are told. */
import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** What changes when somebody changes a channel. */
export const NOTICE_TAGS = ['notice', 'settings', 'operation', 'secret'];

export function channelsQuery(workflow?: string) {
  return queryOptions({
    queryKey: ['notices', 'channels', workflow ?? null],
    queryFn: () => call('notice_channels', workflow === undefined ? {} : { workflow }),
    meta: { tags: ['notice', 'settings'] },
  });
}

/** Those that could not be sent, a few of them. */
export function unsentQuery() {
  return queryOptions({
    queryKey: ['notices', 'unsent'],
    queryFn: () => call('notice_list', { unsent: true, limit: 5 }),
    meta: { tags: ['notice'] },
  });
}
