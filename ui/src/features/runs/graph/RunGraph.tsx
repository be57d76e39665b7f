import { type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useReach } from '@/app/reach';
import { Card, Notice } from '@/components';
import {
  Graph,
  type Links,
  type Marked,
  step,
  useSize,
  useView,
  type WayOf,
} from '@/components/graph';
import { m, timeOfDay, visible } from '@/i18n';
import type { RunSteps, RunTask } from '@/ipc';
import { paceOfTasks, useNow } from '../now';
import type { ShownRun } from '../queries';
import { isFinal } from '../status';
import { looksOf } from '../timeline/bars';
import { countsOf } from '../timeline/counts';
import { criticalPath, hasOrder } from '../timeline/critical';
import timelineStyles from '../timeline/RunTimeline.module.css';
import type { RunSearch } from '../timeline/search';
import { useFirstFailed } from '../timeline/useFirstFailed';
import { usualOf } from '../timeline/usual';
import { type Drawn, edgesAlong, edgesAt, useDrawnRun } from './drawn';
import { GraphTools } from './GraphTools';
import { onGraphKey } from './keys';
import { NoGraph } from './NoGraph';
import { OpenTask } from './OpenTask';
import styles from './RunGraph.module.css';
import { TaskNode } from './TaskNode';
import { useWords } from './useWords';

/** So many edges of a task are drawn above the others, each way. */
const EDGES = 200;

interface Props {
  run: ShownRun;
  /** What its workflow says of its tasks; absent until it is known. */
  steps: RunSteps | undefined;
  /** Why that is not known, and how it is asked for again. */
  error: unknown;
  onRetry: () => void;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
  onMessages: (task: string) => void;
  /** The ways to look at the run, of which this is one. */
  views: ReactNode;
}

/** A run as a graph: each task after those it waits for, as it is now. */
export function RunGraph(props: Props) {
  const { run, steps } = props;
  const drawn = useDrawnRun(run.tasks, steps);
  if (drawn && run.tasks.length > 1 && steps && steps.tasks.length > 0)
    return <DrawnRun {...props} steps={steps} drawn={drawn} />;
  return <NoGraph {...props} isDrawn={drawn !== undefined} />;
}

function DrawnRun({ run, steps, drawn, search, onSearch, onMessages, views }: DrawnProps) {
  const { layout, links } = drawn;
  const { tasks } = run;
  const canvas = useRef<HTMLDivElement>(null);
  const [measured, size] = useSize();
  const reach = useReach();
  const isLost = reach === 'gone' || reach === 'newer';
  const isLive = !isFinal(run.status);
  const pace = useMemo(() => paceOfTasks(run), [run]);
  const now = useNow(isLive && !isLost ? pace : null);
  const places = useMemo(() => new Map(tasks.map(({ id }, at) => [id, at])), [tasks]);
  const failed = useFirstFailed(tasks);
  const chosen = places.get(search.task ?? failed.first ?? '');
  const open = chosen === undefined ? undefined : tasks[chosen];
  const [begin] = useState(() => beginOf(tasks));
  const look = useView(layout, size, chosen, begin, failed.leave);
  const [focused, setFocused] = useState<number>();
  const [over, setOver] = useState<number>();
  const current = focused ?? chosen ?? begin;
  const names = useMemo(() => new Map(tasks.map(({ id, name }) => [id, name])), [tasks]);
  const usual = useMemo(() => usualOf(steps), [steps]);
  const isCritical = search.path === 'critical';
  const path = useMemo(
    () => (isCritical ? criticalPath(tasks, steps) : undefined),
    [isCritical, tasks, steps],
  );
  const isOn = useCallback(
    (node: number) => path?.has(tasks[node]?.id ?? '') ?? false,
    [path, tasks],
  );

  const meant = over ?? focused ?? chosen;
  const marked = useMemo((): Marked[] => {
    const way = [...(path ?? [])].map((id) => places.get(id) ?? -1);
    const { before, after } = edgesAt(layout, meant, EDGES);
    return [
      { look: 'path', edges: edgesAlong(layout, way) },
      { look: 'before', edges: before },
      { look: 'after', edges: after },
    ];
  }, [layout, meant, path, places]);

  const wanted = useRef<number | null>(null);
  const go = (to: number | undefined) => {
    if (to === undefined) return;
    wanted.current = to;
    setFocused(to);
    look.show(to);
  };
  // The task the keys go to is made with the next drawing, wherever it is.
  useLayoutEffect(() => {
    const to = wanted.current;
    const node = canvas.current?.querySelector<HTMLElement>(`[data-node="${to}"]`);
    if (to === null || !node) return;
    wanted.current = null;
    node.focus({ preventScroll: true });
  });

  const wish = (next: Partial<RunSearch>) => onSearch({ ...search, ...next });
  const openTask = (task: string | undefined) => {
    failed.close();
    wish({ task });
  };
  const close = () => {
    if (chosen === undefined) return false;
    openTask(undefined);
    go(chosen);
    return true;
  };
  const onPress = useLatest((node: number) => {
    setFocused(node);
    openTask(node === chosen ? undefined : tasks[node]?.id);
  });
  const onTask = useLatest((id: string) => {
    openTask(id);
    go(places.get(id));
  });
  const onClose = useLatest(() => void close());
  const toMessages = useLatest(onMessages);
  const onPath = () => hasOrder(steps) && wish({ path: isCritical ? undefined : 'critical' });

  const wordsOf = useWords({ run, usual, links, names, now, path });
  const nodeOf = useCallback(
    (node: number) => {
      const task = tasks[node];
      if (!task) return null;
      return (
        <TaskNode
          node={node}
          id={task.id}
          name={visible(task.name)}
          status={task.status}
          action={task.action}
          {...wordsOf(node, task)}
          isOpen={node === chosen}
          isCurrent={node === current}
          isAside={path !== undefined && !isOn(node)}
          isOnPath={isOn(node)}
          onPress={onPress}
        />
      );
    },
    [tasks, wordsOf, chosen, current, path, isOn, onPress],
  );
  const keyOf = useCallback((node: number) => tasks[node]?.id ?? String(node), [tasks]);
  const toneOf = useCallback(
    (node: number) => looksOf(tasks[node]?.status ?? 'queued').tone,
    [tasks],
  );
  const wayOf = useCallback<WayOf>(
    (node) => {
      const status = tasks[node]?.status;
      if (status === 'skipped') return 'off';
      return status === undefined || status === 'queued' ? 'open' : 'taken';
    },
    [tasks],
  );
  const beside = useMemo(() => {
    const theTasks = (of: Links['before']) =>
      (of[chosen ?? -1] ?? []).flatMap((node) => tasks[node] ?? []);
    return {
      before: theTasks(links.before),
      after: theTasks(links.after),
      back: theTasks(links.back),
    };
  }, [tasks, links, chosen]);
  const counts = useMemo(() => countsOf(run), [run]);
  return (
    <>
      <div className={timelineStyles.bar}>
        {views}
        <GraphTools look={look} path={hasOrder(steps) ? isCritical : undefined} onPath={onPath} />
      </div>
      {isLive && isLost && (
        <div className={timelineStyles.still}>
          <Notice tone="warn" icon="warn" data-testid="graph-still">
            {m.graph_stands_still({ time: timeOfDay(now.toISOString()) })}
          </Notice>
        </div>
      )}
      <Card fill="hold">
        <div className={styles.frame} data-testid="run-graph">
          <div className={styles.split} data-open={open ? true : undefined}>
            <div className={styles.area}>
              <p className={styles.counts}>
                {counts}
                {!hasOrder(steps) && ` · ${m.graph_no_order()}`}
              </p>
              <Graph
                layout={layout}
                size={size}
                look={look}
                canvas={canvas}
                measured={measured}
                label={m.graph_label()}
                keyOf={keyOf}
                nodeOf={nodeOf}
                toneOf={toneOf}
                wayOf={wayOf}
                marked={marked}
                isAside={path !== undefined}
                kept={chosen === undefined ? [current] : [current, chosen]}
                onKeyDown={(event) =>
                  onGraphKey(event, {
                    onStep: (way) => go(step(layout, links, current, way)),
                    onEnd: (to) => go(to === 'first' ? 0 : tasks.length - 1),
                    onFailed: (by) => go(nextFailed(tasks, current, by)),
                    onZoom: (factor) => look.zoom(factor),
                    onMove: look.move,
                    onFit: look.fit,
                    onPath,
                    onClose: close,
                  })
                }
                onFocus={setFocused}
                onOver={setOver}
                onPress={onPress}
              />
            </div>
            {open && (
              <OpenTask
                run={run}
                names={names}
                task={open}
                beside={beside}
                now={now}
                onMessages={toMessages}
                onTask={onTask}
                onClose={onClose}
              />
            )}
          </div>
        </div>
      </Card>
    </>
  );
}

interface DrawnProps extends Omit<Props, 'steps' | 'error' | 'onRetry'> {
  steps: RunSteps;
  drawn: Drawn;
}

/** The same function for as long as it is there, which does what the latest says. */
function useLatest<Told extends unknown[]>(act: (...told: Told) => void) {
  const latest = useRef(act);
  latest.current = act;
  return useCallback((...told: Told) => latest.current(...told), []);
}

/** Where one looks first: at what goes on, or where it begins. */
function beginOf(tasks: readonly RunTask[]): number {
  return Math.max(
    0,
    tasks.findIndex(({ status }) => status === 'running' || status === 'waiting'),
  );
}

/** The task that failed next after this one, or before it; where there is none, none. */
function nextFailed(tasks: readonly RunTask[], from: number, by: 1 | -1): number | undefined {
  let at = from + by;
  while (at in tasks && tasks[at]?.status !== 'failed') at += by;
  return at in tasks ? at : undefined;
}
