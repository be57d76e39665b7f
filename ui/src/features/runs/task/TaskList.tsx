import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { Empty } from '@/components';
import { m } from '@/i18n';
import type { RunShow } from '@/ipc';
import { paceOf, useNow } from '../now';
import styles from './TaskList.module.css';
import { TaskPanel } from './TaskPanel';
import { TaskRow } from './TaskRow';

/** Height of a row that is closed, in pixels. */
const ROW = 40;

interface Props {
  run: RunShow;
  /** The task that is open. */
  open: string | undefined;
  onOpen: (task: string | undefined) => void;
  onMessages: (task: string) => void;
}

/** The tasks of a run in the order of its definition; one of them open under its row. */
export function TaskList({ run, open, onOpen, onMessages }: Props) {
  const { tasks } = run;
  const scroller = useRef<HTMLDivElement>(null);
  // What failed is looked at first, until somebody has looked at something else.
  const [isLeft, setLeft] = useState(false);
  const failed = isLeft ? undefined : tasks.find((task) => task.status === 'failed')?.id;
  const shown = open ?? failed;
  // A task that goes on by itself counts down.
  const isCounting = tasks.some((task) => task.goes_on_at);
  const now = useNow(isCounting ? 1000 : paceOf(run.status));
  const names = useMemo(() => new Map(tasks.map((task) => [task.id, task.name])), [tasks]);
  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => tasks[index]?.id ?? index,
    overscan: 10,
  });
  const go = (to: number) => {
    if (to < 0 || to >= tasks.length) return;
    virtual.scrollToIndex(to);
    requestAnimationFrame(() => button(scroller.current, to)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: tasks.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  if (tasks.length === 0) {
    return (
      <Empty icon="flow" title={m.run_no_tasks()}>
        {m.run_no_tasks_hint()}
      </Empty>
    );
  }
  return (
    <div className={styles.scroller} ref={scroller} data-testid="run-tasks">
      <ul style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const task = tasks[item.index];
          if (!task) return null;
          const isOpen = task.id === shown;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={styles.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <TaskRow
                run={run}
                task={task}
                names={names}
                now={now}
                isOpen={isOpen}
                onToggle={() => {
                  setLeft(true);
                  onOpen(isOpen ? undefined : task.id);
                }}
                onKeyDown={(event) => onKeyDown(event, item.index)}
              />
              {isOpen && (
                <TaskPanel
                  run={run}
                  names={names}
                  task={task}
                  now={now}
                  onMessages={() => onMessages(task.id)}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function button(list: Element | null, index: number): HTMLElement | null | undefined {
  return list?.querySelector<HTMLElement>(`[data-index="${index}"] > button`);
}
