import { counted } from '@/i18n';
import type { ShownRun } from '../queries';

/** `14 tasks · 1 failed · 3 skipped`: what is worth a number. */
export function countsOf({ steps, tasks }: Pick<ShownRun, 'steps' | 'tasks'>): string {
  const told = (['running', 'waiting', 'interrupted', 'failed', 'skipped', 'cancelled'] as const)
    .map((status) => [status, tasks.filter((task) => task.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => counted(`n_${status}`, count));
  return [counted(`n_${steps}s`, tasks.length), ...told].join(' · ');
}
