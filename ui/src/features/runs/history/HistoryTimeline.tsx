import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useReach } from '@/app/reach';
import { Button, Card, Empty, ErrorNotice, Notice } from '@/components';
import {
  ChartContext,
  timelineStyles as kit,
  Lines,
  plainScale,
  Splitter,
  type Stretch,
  useLeft,
  useLive,
  usePointer,
  useWidth,
} from '@/components/timeline';
import { counted, m, timeOfDay, when } from '@/i18n';
import type { Filters } from '../RunFilters';
import { fitting, wantedOf } from './groups';
import styles from './History.module.css';
import { HistoryAxis } from './HistoryAxis';
import { HistoryRows } from './HistoryRows';
import { HistoryTable } from './HistoryTable';
import { Legend } from './Legend';
import { endRunQuery, historyWindowQuery } from './queries';
import { useHistory, whichOf } from './useHistory';
import { WindowTools } from './WindowTools';
import { closer, moved, type Seen, type WindowWish, wishOf } from './window';
import { stretchWords } from './words';

interface Props {
  wish: WindowWish;
  onWish: (wish: WindowWish) => void;
  filters: Filters;
  words: string | undefined;
}

/** All runs along the clock: a line for each workflow, what can be told apart on it, and what is planned. */
export function HistoryTimeline({ wish, onWish, filters, words }: Props) {
  const chart = useRef<HTMLDivElement>(null);
  const [area, width] = useWidth();
  const left = useLeft();
  const [range, setRange] = useState<Stretch | null>(null);
  const [isTable, setTable] = useState(false);
  const { seen, asked, lines, fold, rows, first } = useHistory(wish, filters.workflow);
  const [sight, setSight] = useState<readonly [number, number]>([0, 40]);
  const which = whichOf(filters, words);
  const isFiltered = Object.keys(which).length > 0;
  const wanted = useMemo(
    () => wantedOf(isTable ? lines : lines.slice(...sight)),
    [lines, sight, isTable],
  );
  const window = useQuery({
    ...historyWindowQuery(
      asked,
      width,
      wanted,
      isFiltered ? { ...which, workflow: filters.workflow } : undefined,
    ),
    enabled: isFiltered || wanted.length > 0,
  });
  const drawn = window.data;
  const shown = useMemo(
    () => (isFiltered && drawn ? fitting(lines, drawn.rows) : lines),
    [isFiltered, drawn, lines],
  );
  const scale = useMemo(() => plainScale(seen.until - seen.since, width), [seen, width]);
  const now = Date.now();
  const reach = useReach();
  const isLost = reach === 'gone' || reach === 'newer';
  const isLive = !isLost && now >= seen.since && now <= seen.until;
  const look = (next: Seen) => {
    setRange(null);
    onWish(wishOf(next, Date.now()));
  };
  const middle = isLive && wish.end === undefined ? now : (seen.since + seen.until) / 2;
  const acts = {
    zoom: (factor: number) => look(closer(seen, factor, middle)),
    move: (lengths: number) => look(moved(seen, lengths)),
    toNow: () => onWish({ span: wish.span }),
  };
  useLive(chart, { scale, origin: seen.since, isLive, least: 250, onPast: () => undefined });
  usePointer(chart, {
    scale,
    onZoom: (factor, x) => look(closer(seen, factor, seen.since + scale.time(x))),
    onMove: (pixels) => look(moved(seen, pixels / width)),
    onRange: setRange,
  });
  const told = useMemo(() => ({ scale, now: now - seen.since, range }), [scale, now, seen, range]);
  const error = first.error ?? rows.error ?? window.error;
  const again = [first, rows, window].filter((one) => one.error);
  const isKnown =
    rows.data !== undefined &&
    !rows.isPlaceholderData &&
    (drawn !== undefined || wanted.length === 0);
  const workflows = shown.filter(({ kind }) => kind === 'workflow').length;
  const last = useQuery({
    ...endRunQuery(false, { ...which, workflow: filters.workflow }),
    enabled: isKnown && shown.length === 0,
  }).data;
  return (
    <ChartContext value={told}>
      <WindowTools
        wish={wish}
        onWish={onWish}
        onZoom={acts.zoom}
        onMove={acts.move}
        isTable={isTable}
        onTable={setTable}
      />
      {error && (
        <ErrorNotice
          error={error}
          onRetry={() => void Promise.all(again.map((one) => one.refetch()))}
        />
      )}
      {isLost && (
        <Notice tone="warn" icon="warn" data-testid="timeline-still">
          {m.timeline_stands_still({ time: timeOfDay(new Date(now).toISOString()) })}
        </Notice>
      )}
      <Card fill="hold">
        {isTable ? (
          <HistoryTable lines={shown} drawn={drawn} caption={stretchWords(seen)} />
        ) : (
          <div
            className={`${kit.chart} ${styles.chart}`}
            style={{ '--left': `${left}px` } as React.CSSProperties}
            ref={chart}
            data-timeline
            data-testid="history"
          >
            <HistoryAxis
              scale={scale}
              origin={seen.since}
              range={range}
              area={area}
              splitter={<Splitter />}
              onRange={() =>
                range && look({ since: seen.since + range.from, until: seen.since + range.to })
              }
            >
              {isKnown && shown.length > 0 && counted('history_workflows', workflows)}
            </HistoryAxis>
            <div className={kit.rows}>
              <Lines kind="clock" origin={seen.since} isLive={isLive} />
              <HistoryRows
                chart={chart}
                lines={shown}
                drawn={drawn}
                scale={scale}
                seen={seen}
                which={which}
                onFold={fold}
                onSight={setSight}
                acts={acts}
              />
            </div>
            {isKnown && shown.length === 0 && (
              <Empty
                icon="runs"
                title={m.search_nothing()}
                actions={
                  typeof last === 'number' &&
                  (last < seen.since || last > seen.until) && (
                    <Button
                      onPress={() => {
                        const length = seen.until - seen.since;
                        look({ since: last - length / 2, until: last + length / 2 });
                      }}
                      data-testid="history-to-last"
                    >
                      {m.history_to_last()}
                    </Button>
                  )
                }
              >
                {isFiltered || filters.workflow ? m.history_none_fits() : m.history_none()}
              </Empty>
            )}
          </div>
        )}
        {drawn?.soughtTo && isFiltered && (
          <p className={styles.sought} data-testid="history-sought-to">
            {m.run_sought_to({ when: when(drawn.soughtTo) })}
          </p>
        )}
      </Card>
      {!isTable && <Legend />}
    </ChartContext>
  );
}
