import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useReach } from '@/app/reach';
import { Card, Empty, Notice } from '@/components';
import {
  Axis,
  ChartContext,
  Lines,
  panned,
  Scrollbar,
  Splitter,
  type Stretch,
  timelineStyles,
  useLeft,
  useLive,
  usePointer,
  useWidth,
  zoomed,
} from '@/components/timeline';
import { counted, m, timeOfDay } from '@/i18n';
import type { RunSteps, RunTask } from '@/ipc';
import { ArchiveStep } from '../folder/ArchiveStep';
import { paceOfTasks, useNow } from '../now';
import type { ShownRun } from '../queries';
import { countsOf } from './counts';
import { criticalPath, hasOrder } from './critical';
import { onChartKey } from './keys';
import styles from './RunTimeline.module.css';
import { type RunSearch, viewOf } from './search';
import { TaskFilters } from './TaskFilters';
import { TaskRows } from './TaskRows';
import { Tools } from './Tools';
import { useKeptView } from './useKeptView';
import { useLayout } from './useLayout';
import { usualOf } from './usual';
import { isNarrowed, thatFit } from './which';

/** From so many rows on, "now" moves no more than four times a second. */
const MANY = 500;

interface Props {
  run: ShownRun;
  /** What its workflow says of its tasks; absent until it is known. */
  steps: RunSteps | undefined;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
  onMessages: (task: string) => void;
  /** The ways to look at the run, of which this is one. */
  views: ReactNode;
}

/** A run along its time: a line for each task, what it did when, and one of them open. */
export function RunTimeline({ run, steps, search, onSearch, onMessages, views }: Props) {
  const chart = useRef<HTMLDivElement>(null);
  const [area, width] = useWidth();
  const left = useLeft();
  const laid = useLayout(run, width, viewOf(search));
  const { facts, scale } = laid;
  const [range, setRange] = useState<Stretch | null>(null);
  const [isAsked, setAsked] = useState(false);
  const reach = useReach();
  const isLost = reach === 'gone' || reach === 'newer';
  const isLive = facts.isLive && !isLost;
  // What stands beside it tells how long it waits by the second.
  const now = useNow(isLive ? paceOfTasks(run) : null);
  const tasks = useMemo(() => thatFit(run.tasks, search), [run.tasks, search]);
  const axis = search.axis ?? 'elapsed';
  const usual = useMemo(() => usualOf(steps), [steps]);
  const isCritical = search.path === 'critical';
  const path = useMemo(
    () => (isCritical ? criticalPath(run.tasks, steps) : undefined),
    [isCritical, run.tasks, steps],
  );
  const isFiltering = isAsked || isNarrowed(search);
  const wish = (next: Partial<RunSearch>) => onSearch({ ...search, ...next });
  useKeptView(laid.view, search, onSearch);
  useLive(chart, {
    scale,
    origin: facts.origin,
    isLive,
    least: tasks.length > MANY ? 250 : 16,
    onPast: laid.reach,
  });
  usePointer(chart, {
    scale,
    onZoom: (factor, x) => laid.setView(zoomed(scale, factor, x)),
    onMove: (pixels) => laid.setView(panned(scale, pixels)),
    onRange: setRange,
  });

  const told = useMemo(
    () => ({ scale, now: Math.max(0, laid.at, now.getTime() - facts.origin), range }),
    [scale, laid.at, now, facts.origin, range],
  );
  const onKeyDown = (event: KeyboardEvent) =>
    onChartKey(event, {
      laid,
      range,
      onRange: setRange,
      onAxis: () => wish({ axis: axis === 'clock' ? undefined : 'clock' }),
      onPath: () => hasOrder(steps) && wish({ path: isCritical ? undefined : 'critical' }),
      taskOf: (id) => stretchOf(run, id, facts.origin, told.now),
    });
  return (
    <ChartContext value={told}>
      <div className={styles.bar}>
        {views}
        <Tools
          laid={laid}
          path={hasOrder(steps) ? isCritical : undefined}
          onPath={() => wish({ path: isCritical ? undefined : 'critical' })}
          axis={axis}
          onAxis={(next) => wish({ axis: next === 'clock' ? next : undefined })}
          isFiltering={isFiltering}
          onFilter={() => {
            setAsked(!isFiltering);
            if (isFiltering) wish({ q: undefined, only: undefined, attempt: undefined });
          }}
        />
      </div>
      {isFiltering && <TaskFilters tasks={run.tasks} wish={search} onWish={wish} />}
      {facts.isLive && isLost && (
        <div className={styles.still}>
          <Notice tone="warn" icon="warn" data-testid="timeline-still">
            {m.timeline_stands_still({ time: timeOfDay(now.toISOString()) })}
          </Notice>
        </div>
      )}
      <Card fill="hold">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of its rows */}
        <div
          id="timeline"
          className={timelineStyles.chart}
          style={{ '--left': `${left}px` } as React.CSSProperties}
          ref={chart}
          onKeyDown={onKeyDown}
          data-testid="run-tasks"
        >
          <Axis
            kind={axis}
            origin={facts.origin}
            splitter={<Splitter />}
            area={area}
            onUnfold={laid.unfold}
            onZoomTo={(only) => {
              laid.showOnly(only);
              setRange(null);
            }}
          >
            {isNarrowed(search)
              ? m.timeline_some({
                  shown: tasks.length,
                  all: counted(`n_${run.steps}s`, run.tasks.length),
                })
              : countsOf(run)}
          </Axis>
          <div className={timelineStyles.rows}>
            <Lines kind={axis} origin={facts.origin} isLive={isLive} />
            <ArchiveStep run={run} origin={facts.origin} />
            <TaskRows
              run={run}
              tasks={tasks}
              steps={steps}
              usual={usual}
              path={path}
              origin={facts.origin}
              now={now}
              chart={chart}
              open={search.task}
              onOpen={(task) => wish({ task })}
              onMessages={onMessages}
            />
          </div>
          {run.tasks.length === 0 && (
            <Empty icon="flow" title={m.run_no_tasks()}>
              {m.run_no_tasks_hint()}
            </Empty>
          )}
          {run.tasks.length > 0 && tasks.length === 0 && (
            <p className={styles.none}>{m.timeline_none_fits()}</p>
          )}
        </div>
        <div style={{ '--left': `${left}px` } as React.CSSProperties}>
          <Scrollbar onView={laid.setView} />
        </div>
      </Card>
    </ChartContext>
  );
}

/** From when to when a task was at work. */
function stretchOf(
  { tasks }: { tasks: readonly RunTask[] },
  id: string,
  origin: number,
  now: number,
) {
  const attempts = tasks.find((task) => task.id === id)?.attempts;
  const first = attempts?.[0];
  const last = attempts?.at(-1);
  if (!first || !last) return null;
  const from = Date.parse(first.started_at ?? first.queued_at) - origin;
  const to = last.ended_at === null ? now : Date.parse(last.ended_at) - origin;
  return { from, to: Math.max(from, to) };
}
