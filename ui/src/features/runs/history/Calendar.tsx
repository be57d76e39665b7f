import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button, Card, ErrorNotice, Icon, IconButton } from '@/components';
import { counted, dateWith, m, number } from '@/i18n';
import type { RunDay } from '@/ipc';
import { useNow } from '../now';
import styles from './Calendar.module.css';
import { dayWord, midnightsOf, share, weeksOf } from './days';
import { daysQuery, endRunQuery } from './queries';
import { countWords } from './words';

const MINUTE = 60_000;

interface Props {
  year: number | undefined;
  onYear: (year: number | undefined) => void;
  workflow: string | undefined;
  onDay: (day: string) => void;
}

/** How many runs each day of a year had, and how they went; a day opens as the list of its runs. */
export function Calendar({ year: wished, onYear, workflow, onDay }: Props) {
  const now = useNow(MINUTE);
  const thisYear = now.getFullYear();
  const year = wished ?? thisYear;
  const weeks = useMemo(() => weeksOf(year), [year]);
  const midnights = useMemo(() => midnightsOf(weeks), [weeks]);
  const inDays = useQuery(daysQuery(midnights, workflow));
  const { data } = inDays;
  const first = useQuery(endRunQuery(true));
  const firstYear = typeof first.data === 'number' ? new Date(first.data).getFullYear() : thisYear;
  const failed = [inDays, first].filter((one) => one.error);
  const today = dayWord(now);
  const days = weeks.flatMap((week) => week.days);
  const most = Math.max(0, ...(data ?? []).map((day) => day.made));
  const inYear = data?.filter((_, n) => days[n]?.getFullYear() === year);
  const isThis = year === thisYear;
  // What is looked for is the newest: today, or the year's last day.
  const newest = isThis ? today : `${year}-12-31`;
  const start = days.findIndex((day) => dayWord(day) === newest);
  const [current, setCurrent] = useState<number>();
  const at = Math.min(current ?? start, days.length - 1);
  const grid = useRef<HTMLTableElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each year
  useLayoutEffect(() => {
    setCurrent(undefined);
    const wanted = grid.current?.querySelector(`[data-day="${newest}"]`);
    wanted?.scrollIntoView?.({ block: isThis ? 'center' : 'end' });
  }, [year]);
  const go = (to: number) => {
    if (to < 0 || to >= days.length) return;
    setCurrent(to);
    grid.current?.querySelectorAll<HTMLElement>('[data-day]')[to]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -7,
      ArrowDown: 7,
      PageUp: -28,
      PageDown: 28,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = (event.target as HTMLElement).dataset.day;
    go(days.findIndex((day) => dayWord(day) === from) + step);
  };
  return (
    <>
      <div className={styles.tools}>
        <IconButton
          icon="left"
          look="framed"
          label={m.calendar_earlier()}
          isDisabled={year <= firstYear}
          onPress={() => onYear(year - 1)}
          data-testid="calendar-earlier"
        />
        <b className={styles.year} data-testid="calendar-year">
          {year}
        </b>
        <IconButton
          icon="right"
          look="framed"
          label={m.calendar_later()}
          isDisabled={year >= thisYear}
          onPress={() => onYear(year + 1 === thisYear ? undefined : year + 1)}
          data-testid="calendar-later"
        />
        {!isThis && (
          <Button look="quiet" onPress={() => onYear(undefined)} data-testid="calendar-today">
            {m.calendar_today()}
          </Button>
        )}
        {inYear && (
          <span className={styles.sum} data-testid="calendar-sum">
            {dayCounts(summed(inYear))}
          </span>
        )}
      </div>
      {failed[0] && (
        <ErrorNotice
          error={failed[0].error}
          onRetry={() => void Promise.all(failed.map((one) => one.refetch()))}
        />
      )}
      <Card fill="hold">
        <div className={styles.room}>
          <table
            ref={grid}
            className={styles.grid}
            aria-label={m.calendar_label({ year })}
            onKeyDown={onKeyDown}
            onClick={(event) => {
              const day = (event.target as Element).closest<HTMLElement>('[data-day]');
              if (day?.dataset.day) onDay(day.dataset.day);
            }}
          >
            <thead>
              <tr>
                <td className={styles.month} />
                {weeks[1]?.days.map((day) => (
                  <th key={day.getDay()} scope="col">
                    <abbr title={dateWith(day, { weekday: 'long' })}>
                      {dateWith(day, { weekday: 'short' })}
                    </abbr>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week, w) => (
                <tr key={dayWord(week.days[0] ?? new Date(0))}>
                  {week.month ? (
                    <th scope="row" className={styles.month}>
                      {dateWith(week.month, { month: 'short' })}
                    </th>
                  ) : (
                    <td className={styles.month} />
                  )}
                  {week.days.map((day, d) => (
                    <td
                      key={dayWord(day)}
                      data-new-month={isMonthEdge(day) || undefined}
                      data-first={(day.getDate() === 1 && d > 0) || undefined}
                    >
                      <DayButton
                        day={day}
                        counts={data?.[w * 7 + d]}
                        most={most}
                        isOutside={day.getFullYear() !== year}
                        isToday={dayWord(day) === today}
                        isCurrent={w * 7 + d === at}
                        index={w * 7 + d}
                        onFocus={setCurrent}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
    </>
  );
}

/** Whether a month begins above it: the week before it belongs to another. */
function isMonthEdge(day: Date): boolean {
  return day.getDate() <= 7;
}

interface DayProps {
  day: Date;
  counts: RunDay | undefined;
  most: number;
  isOutside: boolean;
  isToday: boolean;
  /** The one the Tab key comes to. */
  isCurrent: boolean;
  index: number;
  onFocus: (index: number) => void;
}

const DayButton = memo(function DayButton(props: DayProps) {
  const { day, counts, most, isOutside, isToday, isCurrent, index, onFocus } = props;
  const made = counts?.made ?? 0;
  const name = dateWith(day, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const told = counts && (made > 0 ? dayCounts(counts) : m.calendar_none());
  const height = `${Math.round(100 * share(made, most))}%`;
  const part = (count = 0) => `${made > 0 ? Math.round((100 * count) / made) : 0}%`;
  return (
    <button
      type="button"
      className={styles.day}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => onFocus(index)}
      aria-current={isToday ? 'date' : undefined}
      data-day={dayWord(day)}
      data-outside={isOutside || undefined}
      data-none={made === 0 || undefined}
      data-testid={`day-${dayWord(day)}`}
    >
      <span className="visually-hidden">
        {told ? m.calendar_day({ day: name, counts: told }) : name}
      </span>
      <span className={styles.date} aria-hidden="true">
        {day.getDate()}
      </span>
      <span className={styles.figures} aria-hidden="true">
        {made > 0 && <span>{number(made)}</span>}
        {counts && counts.failed > 0 && (
          <span className={styles.failed}>
            <Icon name="cross" size={11} />
            {number(counts.failed)}
          </span>
        )}
      </span>
      <span className={styles.bar} aria-hidden="true">
        <span
          style={
            {
              height,
              '--failed': part(counts?.failed),
              '--good': part(counts?.succeeded),
            } as React.CSSProperties
          }
        />
      </span>
    </button>
  );
});

function dayCounts({ made, succeeded, failed, cancelled }: RunDay): string {
  const open = made - succeeded - failed - cancelled;
  return made === 0
    ? counted('n_runs', 0)
    : countWords({ runs: made, failed, cancelled, open, waiting: 0 });
}

function summed(days: readonly RunDay[]): RunDay {
  const sum = (one: (day: RunDay) => number) => days.reduce((all, day) => all + one(day), 0);
  return {
    made: sum((day) => day.made),
    succeeded: sum((day) => day.succeeded),
    failed: sum((day) => day.failed),
    cancelled: sum((day) => day.cancelled),
  };
}
