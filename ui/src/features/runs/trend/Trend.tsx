import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { Button, Card, Empty, ErrorNotice, Folded, Segments } from '@/components';
import { counted, dated, dateWith, m, number, took, visible } from '@/i18n';
import type { RunStretch, RunTrend } from '@/ipc';
import { dayWord } from '../history/days';
import { useNow } from '../now';
import { Chart } from './Chart';
import { exportTrend } from './exportTrend';
import { trendQuery } from './queries';
import { momentsOf, SPANS, type Span } from './spans';
import styles from './Trend.module.css';

const SPAN_NAMES: Record<Span, () => string> = {
  days: m.trend_days,
  weeks: m.trend_weeks,
  months: m.trend_months,
};

/** How the runs of a workflow went: how long they took, how many succeeded, and what takes longest. */
export function Trend({ workflow }: { workflow: string }) {
  const [span, setSpan] = useState<Span>('days');
  const today = dayWord(useNow(60_000));
  const moments = useMemo(() => momentsOf(span, new Date(`${today}T12:00`)), [span, today]);
  const { data, error, refetch } = useQuery(trendQuery(workflow, moments));
  if (error) return <ErrorNotice error={error} onRetry={refetch} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys, too.
    <div className={styles.scroll} tabIndex={0}>
      <div className={styles.head}>
        <Segments<Span>
          label={m.trend_span()}
          value={span}
          onChange={setSpan}
          options={SPANS.map((value) => ({
            value,
            label: SPAN_NAMES[value](),
            testid: `trend-${value}`,
          }))}
        />
        {data && data.trend.whole.ended > 0 && (
          <Button
            look="quiet"
            icon="export"
            onPress={() => void exportTrend(workflow, moments)}
            data-testid="trend-report"
          >
            {m.trend_report()}
          </Button>
        )}
      </div>
      {data && data.trend.whole.ended === 0 && (
        <Card>
          <Empty icon="runs" title={m.trend_none()}>
            {m.trend_none_hint()}
          </Empty>
        </Card>
      )}
      {data && data.trend.whole.ended > 0 && <Told {...data} />}
    </div>
  );
}

function Told({ trend, from }: { trend: RunTrend; from: readonly Date[] }) {
  const { whole, stretches, slower, tasks, cut } = trend;
  return (
    <>
      <Card title={wholeWords(whole)} data-testid="trend">
        <div className={styles.parts}>
          {whole.median !== null && whole.p95 !== null && (
            <p className={styles.words}>
              {m.trend_usual({ median: took(whole.median), p95: took(whole.p95) })}
            </p>
          )}
          {cut && <p className={styles.words}>{m.trend_cut()}</p>}
          <Chart from={from} stretches={stretches} />
          <Legend />
          <Folded summary={m.trend_table()}>
            <Stretches from={from} stretches={stretches} />
          </Folded>
        </div>
      </Card>
      <Card title={m.trend_slower()} aside={m.trend_slower_hint()}>
        {slower.length === 0 ? (
          <div className={styles.parts}>{m.trend_slower_none()}</div>
        ) : (
          <Figures
            head={[m.run_column_started(), m.run_column_took(), m.trend_column_usual()]}
            testid="trend-slower"
          >
            {slower.map(({ run_id, start_time, took: length, usual }) => (
              <tr key={run_id}>
                <td>
                  <Link to="/runs/$id" params={{ id: run_id }}>
                    {dated(start_time)}
                  </Link>
                </td>
                <td>{took(length)}</td>
                <td>{took(usual)}</td>
              </tr>
            ))}
          </Figures>
        )}
      </Card>
      {tasks.length > 0 && (
        <Card title={m.trend_slowest()}>
          <Figures
            head={[
              m.report_task(),
              m.trend_median(),
              m.trend_p90(),
              m.timeline_attempts(),
              m.history_column_failed(),
            ]}
            testid="trend-tasks"
          >
            {tasks.map(({ task, name, median, p90, attempts, failed }) => (
              <tr key={task}>
                <td>{visible(name)}</td>
                <td>{took(median)}</td>
                <td>{took(p90)}</td>
                <td>{number(attempts)}</td>
                <td>{failed > 0 ? number(failed) : '–'}</td>
              </tr>
            ))}
          </Figures>
        </Card>
      )}
    </>
  );
}

function wholeWords({ ended, succeeded }: RunStretch): string {
  const share = number(Math.floor((succeeded / ended) * 100));
  return m.trend_success({ share, runs: counted('n_runs', ended) });
}

function Legend() {
  return (
    <ul className={styles.legend}>
      <li>
        <svg className={`${styles.sign} ${styles.median}`} viewBox="0 0 12 12" aria-hidden>
          <circle cx={6} cy={6} r={4} />
        </svg>
        {m.trend_median()}
      </li>
      <li>
        <svg className={`${styles.sign} ${styles.p95}`} viewBox="0 0 12 12" aria-hidden>
          <rect x={2} y={2} width={8} height={8} />
        </svg>
        {m.trend_p95()}
      </li>
      {(
        [
          ['ok', m.history_column_succeeded],
          ['others', m.history_column_cancelled],
          ['fail', m.history_column_failed],
        ] as const
      ).map(([look, words]) => (
        <li key={look}>
          <svg className={styles.sign} viewBox="0 0 12 12" aria-hidden>
            <rect className={styles[look]} width={12} height={12} />
          </svg>
          {words()}
        </li>
      ))}
    </ul>
  );
}

function Stretches({ from, stretches }: { from: readonly Date[]; stretches: RunStretch[] }) {
  const length = (value: number | null) => (value === null ? '–' : took(value));
  return (
    <Figures
      head={[
        m.trend_from(),
        m.history_column_succeeded(),
        m.history_column_failed(),
        m.history_column_cancelled(),
        m.trend_median(),
        m.trend_p95(),
      ]}
      testid="trend-table"
    >
      {stretches.map((one, n) => (
        <tr key={from[n]?.getTime()}>
          <td>{from[n] && dateWith(from[n], { dateStyle: 'medium' })}</td>
          <td>{number(one.succeeded)}</td>
          <td>{number(one.failed)}</td>
          <td>{number(one.cancelled)}</td>
          <td>{length(one.median)}</td>
          <td>{length(one.p95)}</td>
        </tr>
      ))}
    </Figures>
  );
}

interface FiguresProps {
  head: readonly string[];
  children: ReactNode;
  testid: string;
}

function Figures({ head, children, testid }: FiguresProps) {
  return (
    <table className={styles.table} data-testid={testid}>
      <thead>
        <tr>
          {head.map((words) => (
            <th key={words} scope="col">
              {words}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
