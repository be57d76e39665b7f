/** The keys of a timeline's rows beside those that move among them. */
import type { KeyboardEvent } from 'react';
import { panned, type Stretch, zoomed } from '@/components/timeline';
import { CLOSER } from './Tools';
import type { Laid } from './useLayout';

interface Acts {
  laid: Laid;
  range: Stretch | null;
  onRange: (range: Stretch | null) => void;
  onAxis: () => void;
  onPath: () => void;
  /** When the task of a row was at work. */
  taskOf: (id: string) => Stretch | null;
}

/** So much of the width a step along moves. */
const ALONG = 0.2;

export function onChartKey(event: KeyboardEvent, acts: Acts) {
  const row = (event.target as Element).closest<HTMLElement>('[data-row]');
  if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
  const { laid, range } = acts;
  const { scale, setView } = laid;
  // What the row did stays in sight.
  const at = () => {
    const task = acts.taskOf(row.dataset.row ?? '');
    const x = task ? scale.x((task.from + task.to) / 2) : -1;
    return x >= 0 && x <= scale.width ? x : undefined;
  };
  const along = event.key === 'ArrowLeft' ? -ALONG : event.key === 'ArrowRight' ? ALONG : 0;
  if (along !== 0) {
    if (!event.shiftKey) return;
    setView(panned(scale, along * scale.width));
  } else if (event.key === '+' || event.key === '=') setView(zoomed(scale, CLOSER, at()));
  else if (event.key === '-') setView(zoomed(scale, 1 / CLOSER, at()));
  else if (event.key === '0' || event.key === 'f') setView(undefined);
  else if (event.key === 'i') laid.foldAll(laid.isUnfolded);
  else if (event.key === 'k') acts.onAxis();
  else if (event.key === 'c' || event.key === 'p') acts.onPath();
  else if (event.key === 'm') {
    const task = acts.taskOf(row.dataset.row ?? '');
    if (!task) return;
    // From the first that was marked to this one.
    acts.onRange(
      range ? { from: Math.min(range.from, task.from), to: Math.max(range.to, task.to) } : task,
    );
  } else if (event.key === 'Escape' && range) acts.onRange(null);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
