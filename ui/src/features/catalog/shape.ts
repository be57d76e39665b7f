import { counted, label } from '@/i18n';
import type { DocumentRow, PlanItem } from '@/ipc';

/** What is in a document, in words: `5 stages · 2 tasks`. */
export function shapeWords(
  row: Pick<DocumentRow, 'stages' | 'tasks' | 'milestones' | 'shape'> | PlanItem,
): string {
  const parts = [
    row.milestones > 0 && counted('n_milestones', row.milestones),
    row.stages > 0 && counted('n_stages', row.stages),
    row.tasks > 0 && counted('n_tasks', row.tasks),
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(' · ');
  return 'shape' in row && row.shape === 'graph' ? label('shape', 'graph') : '';
}
