/** What is asked of what starts workflows beside people. */
import { queryOptions } from '@tanstack/react-query';
import { call, type Message, type ScheduleRow } from '@/ipc';

/** How many of the next to start the first screen shows. */
const COMING = 5;

/** All that keeps a workflow from starting by itself, or did so the last time; each once. */
export function faultsOf({ why, hindered, also }: ScheduleRow): Message[] {
  const faults = [why, hindered, ...(also ?? [])].filter((fault) => fault !== undefined);
  const said = faults.map((fault) => JSON.stringify(fault));
  return faults.filter((_, at) => said.indexOf(said[at] ?? '') === at);
}

export function comingQuery() {
  return queryOptions({
    queryKey: ['schedules', 'coming'],
    queryFn: () => call('schedule_list', { limit: COMING }),
    meta: { tags: ['schedule', 'workflow', 'folder'] },
  });
}

export function scheduleQuery(workflow: string) {
  return queryOptions({
    queryKey: ['schedules', workflow],
    queryFn: () => call('schedule_list', { workflow }),
    meta: { tags: ['schedule', `workflow:${workflow}`, 'workflow', 'folder'] },
  });
}

export function schedulePreviewQuery(cron: string, zone: string) {
  return queryOptions({
    queryKey: ['schedules', 'preview', cron, zone],
    queryFn: () => call('schedule_preview', { cron, zone }),
    meta: { tags: [] },
  });
}
