import type { StartRun, StartSheet } from '@/ipc';

/** Whether a run stands until a person has looked at it. */
export function needsYou({ questions, held, status }: StartRun): boolean {
  return questions.length > 0 || held || status === 'interrupted' || status === 'paused';
}

interface Sorted {
  needs: StartRun[];
  /** What a person has decided about since, and needs nobody any more. */
  decided: StartRun[];
  /** What went on by itself. */
  went: StartRun[];
}

export function sorted({ runs }: StartSheet): Sorted {
  const others = runs.filter((run) => !needsYou(run));
  return {
    needs: runs.filter(needsYou),
    decided: others.filter((run) => run.decided),
    went: others.filter((run) => !run.decided && run.status !== 'cancelled'),
  };
}

/** Whether anything went on that somebody could ask about. */
export function tellsSomething({ runs, folders }: StartSheet): boolean {
  return runs.length > 0 || folders.length > 0;
}
