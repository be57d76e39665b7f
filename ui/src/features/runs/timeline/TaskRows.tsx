import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Slots, TimelineRow, timelineStyles } from '@/components/timeline';
import { m, took, visible } from '@/i18n';
import type { RunSteps, RunTask } from '@/ipc';
import type { ShownRun } from '../queries';
import { StatusMark } from '../status';
import { lengthOf } from '../task/length';
import { TaskPanel } from '../task/TaskPanel';
import { reasonOf } from '../waits';
import { barsOf } from './bars';
import { Elbows } from './Elbows';
import styles from './RunTimeline.module.css';
import { useFirstFailed } from './useFirstFailed';
import { slowWords, type UsualOf, withUsual } from './usual';
import { noteOf, rowName } from './words';

/** Height of a row, and of the head over all, in pixels. */
const ROW = 28;
const HEAD = 30;
/** A panel before it is measured. */
const PANEL = 240;

interface Props {
  run: ShownRun;
  tasks: readonly RunTask[];
  steps: RunSteps | undefined;
  usual: UsualOf;
  /** Those that stand on the way to the end, where these are asked for. */
  path: ReadonlySet<string> | undefined;
  /** The beginning of the run, as the clock has it. */
  origin: number;
  now: Date;
  chart: RefObject<HTMLDivElement | null>;
  open: string | undefined;
  onOpen: (task: string | undefined) => void;
  onMessages: (task: string) => void;
}

/** The tasks of a run in the order of its definition; one of them open under its row. */
export function TaskRows({
  run,
  tasks,
  steps,
  usual,
  path,
  origin,
  now,
  chart,
  open,
  onOpen,
  onMessages,
}: Props) {
  const { first, close } = useFirstFailed(tasks);
  const shown = tasks.findIndex((task) => task.id === (open ?? first));
  const [focused, setFocused] = useState<number | null>(null);
  const [panel, setPanel] = useState(PANEL);
  const [above, setAbove] = useState(HEAD);
  const list = useRef<HTMLUListElement>(null);
  const slots = useRef(new Slots());
  const wanted = useRef<number | null>(null);
  const names = useMemo(() => new Map(run.tasks.map(({ id, name }) => [id, name])), [run.tasks]);
  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => chart.current,
    estimateSize: (index) => (index === shown ? ROW + panel : ROW),
    overscan: 6,
    scrollMargin: above,
    scrollPaddingStart: HEAD,
    // The row with the keys stays while one looks elsewhere.
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      if (focused === null || focused >= tasks.length || seen.includes(focused)) return seen;
      return [...seen, focused].sort((a, b) => a - b);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes change with these
  useLayoutEffect(() => virtual.measure(), [virtual, shown, panel]);
  // What stands above the rows may open.
  useLayoutEffect(() => {
    const top = HEAD + (list.current?.offsetTop ?? 0);
    setAbove((before) => (before === top ? before : top));
  });
  const measured = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const look = () => setPanel((before) => element.offsetHeight || before);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const go = (to: number) => {
    if (to < 0) chart.current?.querySelector<HTMLElement>('[data-row]')?.focus();
    if (to < 0 || to >= tasks.length) return;
    wanted.current = to;
    setFocused(to);
    virtual.scrollToIndex(to);
  };
  // The row the keys go to is made with the next drawing, wherever it is.
  useLayoutEffect(() => {
    const to = wanted.current;
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${to}"] > [data-row]`);
    if (to === null || !row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const page = Math.max(1, Math.floor((chart.current?.clientHeight ?? 0) / ROW) - 2);
    const last = tasks.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: Math.min(last, index + page),
      PageUp: Math.max(0, index - page),
      Home: 0,
      End: last,
    };
    // The next that failed, or the one before; where there is none, it stays.
    const failed = (by: 1 | -1) => {
      let at = index + by;
      while (at in tasks && tasks[at]?.status !== 'failed') at += by;
      return at in tasks ? at : index;
    };
    if (event.key === '[' || event.key === ']')
      moves[event.key] = failed(event.key === ']' ? 1 : -1);
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const items = virtual.getVirtualItems();
  const places = slots.current.assign(items.map(({ index }) => index));
  const middleOf = (index: number) => {
    const start = virtual.measurementsCache[index]?.start;
    return start === undefined ? undefined : start - above + ROW / 2;
  };
  return (
    <ul ref={list} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      <Elbows
        list={list}
        tasks={tasks}
        steps={steps}
        chosen={tasks[focused ?? shown]?.id}
        middleOf={middleOf}
        top={(items[0]?.start ?? above) - above}
        bottom={(items.at(-1)?.end ?? above) - above}
        origin={origin}
      />
      {items.map(({ index, start }) => {
        const task = tasks[index];
        if (!task) return null;
        const isOpen = index === shown;
        const reason = reasonOf(task, run, names, now);
        const length = lengthOf(task.attempts, now);
        const bars = withUsual(barsOf(task, run.status, origin), usual.get(task.id));
        const slow = slowWords(bars, now.getTime() - origin);
        const onPath = path?.has(task.id) ? m.critical_on_path() : undefined;
        const told = [reason, slow, onPath].filter(Boolean).join(' · ') || undefined;
        return (
          <li
            key={places.get(index)}
            data-index={index}
            aria-posinset={index + 1}
            aria-setsize={tasks.length}
            className={styles.item}
            style={{ transform: `translateY(${start - above}px)` }}
            onFocus={() => setFocused(index)}
          >
            <TimelineRow
              id={task.id}
              mark={<StatusMark status={task.status} />}
              name={visible(task.name)}
              length={length === null ? '' : took(length)}
              note={[noteOf(task, reason), slow].filter(Boolean).join(' · ') || undefined}
              bars={bars}
              label={rowName(task, told, now)}
              status={task.status}
              isAside={path !== undefined && !path.has(task.id)}
              isOpen={isOpen}
              onToggle={() => {
                close();
                onOpen(isOpen ? undefined : task.id);
              }}
              onKeyDown={(event) => onKeyDown(event, index)}
              data-testid={`task-${task.id}`}
            />
            {isOpen && (
              <div className={timelineStyles.under} ref={measured} key={task.id}>
                <TaskPanel
                  run={run}
                  names={names}
                  task={run.tasks.find(({ id }) => id === task.id) ?? task}
                  now={now}
                  onMessages={() => onMessages(task.id)}
                />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
