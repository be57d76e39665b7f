/** How long a run and its tasks usually take, and what of it is slower. */
import { queryOptions } from '@tanstack/react-query';
import type { Bar, Usual } from '@/components/timeline';
import { m, took } from '@/i18n';
import { call, type RunSteps } from '@/ipc';

/** Fewer than these say nothing of the next. */
const ENOUGH = 3;

export type UsualOf = ReadonlyMap<string, Usual>;

/** What a run's workflow says of its tasks. It is asked once: later runs change little of it. */
export function runStepsQuery(id: string) {
  return queryOptions({
    queryKey: ['run steps', id],
    queryFn: () => call('run_steps', { id }),
    meta: { tags: [] },
  });
}

/** Of how many it is known how long they took, by task. */
export function usualOf(steps: RunSteps | undefined): UsualOf {
  const known = (steps?.tasks ?? []).flatMap(({ id, usual }) =>
    usual && usual.count >= ENOUGH ? [[id, usual] as const] : [],
  );
  return new Map(known);
}

export function usualRun(steps: RunSteps | undefined): Usual | undefined {
  const usual = steps?.usual;
  return usual && usual.count >= ENOUGH ? usual : undefined;
}

/** The bars with what is usual of them: of what is at work or has succeeded, for only that compares. */
export function withUsual(bars: readonly Bar[], usual: Usual | undefined): Bar[] {
  if (!usual) return [...bars];
  return bars.map((bar) =>
    bar.tone === 'ok' || bar.tone === 'run'
      ? { ...bar, usual, title: `${bar.title} · ${m.run_usually({ length: took(usual.median) })}` }
      : bar,
  );
}

/** Says that the last bar takes longer than usual; nothing where it does not. */
export function slowWords(bars: readonly Bar[], now: number): string | undefined {
  const last = bars.at(-1);
  if (!last?.usual || last.began === null) return undefined;
  const length = (last.ended ?? now) - last.began;
  if (length <= last.usual.p90) return undefined;
  return m.bar_slower({ usual: took(last.usual.median) });
}
