/** What the pages ask of agents. */
import { queryOptions } from '@tanstack/react-query';
import { call } from '@/ipc';

/** How often it is asked what they do while runs change, in milliseconds. */
const LOOK_EVERY = 1_000;

export function agentsQuery() {
  return queryOptions({
    queryKey: ['agents'],
    queryFn: () => call('agent_list', {}),
    // What they do changes with each step of each run.
    meta: { tags: ['settings', 'run', 'run:'], atMostEvery: LOOK_EVERY },
  });
}
