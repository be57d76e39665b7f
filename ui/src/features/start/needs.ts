import type { StartRun, StartSheet } from '@/ipc';

/** Whether a run stands until a person has looked at it. */
export function needsYou({ questions, held, status }: StartRun): boolean {
  return questions.length > 0 || held || status === 'interrupted' || status === 'paused';
}

/** What needs a person, and what went on by itself. */
export function sorted({ runs }: StartSheet): { needs: StartRun[]; went: StartRun[] } {
  return {
    needs: runs.filter(needsYou),
    went: runs.filter((run) => !needsYou(run) && run.status !== 'cancelled'),
  };
}

/** Whether anything went on that somebody could ask about. */
export function tellsSomething({ runs, folders }: StartSheet): boolean {
  return runs.length > 0 || folders.length > 0;
}
