/** A run’s graph for tests, and what is done with it. */
import { QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, screen } from '@testing-library/react';
import { useMemo, useState } from 'react';
import { createQueryClient } from '@/app/queries';
import type { RunShow, RunSteps, RunTask, Status } from '@/ipc';
import type { RunSearch } from '../timeline/search';
import { RunGraph } from './RunGraph';

export const ORIGIN = Date.UTC(2026, 10, 22, 8);
export const at = (second: number) => new Date(ORIGIN + second * 1000).toISOString();

export function task(id: string, status: Status, from: number, to: number | null): RunTask {
  const [queued_at, started_at] = [at(from), at(from)];
  const attempt = {
    number: 1,
    status,
    queued_at,
    started_at,
    ended_at: to === null ? null : at(to),
  };
  const attempts = status === 'queued' || status === 'skipped' ? [] : [attempt];
  const action = id === 'check' ? 'manual' : 'program.run';
  return { id, name: `the ${id}`, action, status, attempts } as unknown as RunTask;
}

/** Load comes after both extracts, of which one took longer; then a person checks. */
export const TASKS = [
  task('begin', 'succeeded', 0, 10),
  task('orders', 'succeeded', 10, 70),
  task('stock', 'succeeded', 10, 20),
  task('load', 'failed', 70, 90),
  task('check', 'skipped', 0, null),
];

export const AFTER: Record<string, string[]> = {
  orders: ['begin'],
  stock: ['begin'],
  load: ['orders', 'stock'],
  check: ['load'],
};

export const stepsOf = (tasks: readonly RunTask[], after = AFTER): RunSteps => ({
  usual: null,
  tasks: tasks.map(({ id }) => ({ id, depends_on: after[id] })),
});

interface PageProps {
  tasks?: readonly RunTask[];
  after?: Record<string, string[]>;
  steps?: RunSteps;
  status?: Status;
  first?: RunSearch;
  error?: unknown;
  onRetry?: () => void;
}

export function Page({
  tasks = TASKS,
  after,
  steps,
  status = 'failed',
  first = {},
  ...rest
}: PageProps) {
  const [search, setSearch] = useState<RunSearch>({ tab: 'graph', ...first });
  const [kept] = useState(() => steps ?? stepsOf(tasks, after));
  const [client] = useState(createQueryClient);
  const [toMessages] = useState(() => () => undefined);
  const run = useMemo(
    () => ({ id: 'r', status, steps: 'task', start_time: at(0), end_time: null, tasks }),
    [status, tasks],
  );
  return (
    <QueryClientProvider client={client}>
      <output data-testid="search">{JSON.stringify(search)}</output>
      <RunGraph
        run={run as unknown as RunShow}
        steps={rest.error ? undefined : kept}
        error={rest.error}
        onRetry={rest.onRetry ?? (() => undefined)}
        search={search}
        onSearch={setSearch}
        onMessages={toMessages}
        views={null}
      />
    </QueryClientProvider>
  );
}

/** What happy-dom’s wheel leaves out. */
export const POINTER = { deltaX: 0, deltaY: 0, deltaMode: 0, clientX: 300, clientY: 200 };

export const node = (id: string) => screen.getByTestId(`node-${id}`);
export const press = (key: string, more = {}) =>
  fireEvent.keyDown(document.activeElement as Element, { key, ...more });
export const search = () => JSON.parse(screen.getByTestId('search').textContent ?? '') as RunSearch;
/** What is said of a task to those who hear it. */
export const spoken = (id: string) => node(id).firstElementChild?.textContent;
/** Where a task stands in the window. */
export const place = (id: string) => node(id).closest('li')?.style.transform;
export const plane = () => document.querySelector<HTMLElement>('[style*="--scale"]') as HTMLElement;

/** A chain of so many tasks, each as it is said to be. */
export function chain(count: number, statusOf: (n: number) => Status) {
  const tasks = Array.from({ length: count }, (_, n) =>
    task(`t${n}`, statusOf(n), n, statusOf(n) === 'running' ? null : n + 1),
  );
  const after = Object.fromEntries(tasks.map(({ id }, n) => [id, n > 0 ? [`t${n - 1}`] : []]));
  return { tasks, after };
}
