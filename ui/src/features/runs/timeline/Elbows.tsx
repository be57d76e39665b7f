import { type RefObject, useEffect, useMemo, useState } from 'react';
import { useChart } from '@/components/timeline';
import type { RunSteps, RunTask } from '@/ipc';
import { boxesOf, elbowsOf, neighboursOf } from './dependencies';
import styles from './RunTimeline.module.css';

/** So many lines each way are drawn. */
const MOST = 60;

interface Props {
  list: RefObject<HTMLElement | null>;
  tasks: readonly RunTask[];
  steps: RunSteps | undefined;
  /** The task that is meant where the pointer is over none. */
  chosen: string | undefined;
  /** Where the middle of a row is, in pixels from the first; nothing where it has none. */
  middleOf: (index: number) => number | undefined;
  /** What of the rows is drawn, in pixels. */
  top: number;
  bottom: number;
  origin: number;
}

/** What one task waited for and what waited for it, as lines between their rows. */
export function Elbows({ list, tasks, steps, chosen, middleOf, top, bottom, origin }: Props) {
  const { scale, now } = useChart();
  const over = useOver(list);
  const neighbours = useMemo(() => neighboursOf(steps), [steps]);
  const places = useMemo(() => new Map(tasks.map(({ id }, index) => [id, index])), [tasks]);
  const of = over ?? chosen;
  const elbows = of === undefined ? [] : elbowsOf(neighbours, of, MOST);
  const pointOf = (id: string, edge: 'begin' | 'end') => {
    const index = places.get(id);
    const attempts = index === undefined ? undefined : tasks[index]?.attempts;
    const attempt = edge === 'begin' ? attempts?.[0] : attempts?.at(-1);
    const y = index === undefined ? undefined : middleOf(index);
    if (!attempt || y === undefined) return undefined;
    const { queued_at, started_at, ended_at } = attempt;
    const at = edge === 'begin' ? (started_at ?? queued_at) : ended_at;
    const time = at === null ? now : Date.parse(at) - origin;
    return { x: Math.round(scale.x(time)), y: Math.round(y) };
  };
  return (
    <li className={styles.elbows} aria-hidden="true">
      {elbows.flatMap(({ from, to, way }) => {
        const [begin, end] = [pointOf(from, 'end'), pointOf(to, 'begin')];
        if (!begin || !end) return [];
        return boxesOf(begin, end, top, bottom).map((box) => (
          <span
            key={`${from} ${to} ${box.left} ${box.top} ${box.width}`}
            className={styles.elbow}
            style={box}
            data-way={way}
            data-testid="timeline-elbow"
          />
        ));
      })}
    </li>
  );
}

/** The task whose row the pointer is over. */
function useOver(list: RefObject<HTMLElement | null>): string | undefined {
  const [over, setOver] = useState<string>();
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = (event: Event) =>
      setOver((event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row);
    const leave = () => setOver(undefined);
    element.addEventListener('pointerover', look);
    element.addEventListener('pointerleave', leave);
    return () => {
      element.removeEventListener('pointerover', look);
      element.removeEventListener('pointerleave', leave);
    };
  }, [list]);
  return over;
}
