import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/app/queries';
import { type Bar, ChartContext, TimelineRow } from '@/components/timeline';
import { timeScale } from '@/components/timeline/scale';
import { type RunSteps, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { Strip } from './Strip';
import { slowWords, usualOf, usualRun, withUsual } from './usual';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ params, to: _, ...rest }: { params: { id: string }; to: string }) => (
    <a href={`#/runs/${params.id}`} {...rest} />
  ),
}));

afterEach(cleanup);

const spread = (count: number, median: number, p90: number) => ({ count, median, p90 });
const bar = (told: Partial<Bar>): Bar => ({
  ...{ number: 1, queued: 0, began: 0, ended: 9_000 },
  ...{ tone: 'ok', shape: 'solid', title: 'Succeeded', ...told },
});

it('says what is usual only where enough succeeded', () => {
  const steps: RunSteps = {
    usual: spread(2, 1, 2),
    tasks: [
      { id: 'a', usual: spread(3, 5_000, 6_000) },
      { id: 'b', usual: spread(2, 5_000, 6_000) },
      { id: 'c' },
    ],
  };
  expect([...usualOf(steps).keys()]).toEqual(['a']);
  expect(usualRun(steps)).toBeUndefined();
  expect(usualRun({ ...steps, usual: spread(20, 1, 2) })?.median).toBe(1);
});

it('compares what succeeded or is at work, and nothing that failed', () => {
  const usual = { median: 5_000, p90: 8_000 };
  const [ok] = withUsual([bar({})], usual);
  expect(ok?.title).toBe('Succeeded · usually 5s');
  expect(ok && slowWords([ok], 0)).toBe('slower than usual (5s)');
  const failed = withUsual([bar({ tone: 'fail' })], usual);
  expect(failed[0]?.usual).toBeUndefined();
  // What goes on becomes slow with the time.
  const running = withUsual([bar({ tone: 'run', ended: null })], usual);
  expect(slowWords(running, 7_000)).toBeUndefined();
  expect(slowWords(running, 9_000)).toBeTruthy();
});

it('draws what is usual behind a bar, and what is longer on it', () => {
  const scale = timeScale({ span: 20_000, folds: [], width: 1000, view: undefined });
  const show = (ended: number) =>
    render(
      <ChartContext value={{ scale, now: 0, range: null }}>
        <TimelineRow
          id="t"
          mark={null}
          name="t"
          length=""
          note={undefined}
          bars={withUsual([bar({ ended })], { median: 5_000, p90: 8_000 })}
          label="t"
          status="succeeded"
          isOpen={false}
          onToggle={() => undefined}
          data-testid="row"
        />
      </ChartContext>,
    );
  show(4_000);
  const { width } = screen.getByTestId('timeline-usual').style;
  expect(Number.parseFloat(width)).toBeCloseTo(5_000 * scale.perMs);
  expect(screen.queryByTestId('timeline-slow')).toBeNull();
  cleanup();
  show(12_000);
  expect(screen.getByTestId('timeline-slow')).toBeTruthy();
});

it('shows the last runs from the oldest on, says each, and marks the one that is open', async () => {
  const run = (id: string, status: string, seconds: number) => ({
    id,
    status,
    start_time: '2026-11-20T08:00:00Z',
    end_time: new Date(Date.UTC(2026, 10, 20, 8, 0, seconds)).toISOString(),
  });
  setTransport(
    testTransport({
      run_list: () => ({ items: [run('r2', 'failed', 9), run('r1', 'succeeded', 3)] }) as never,
    }),
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Strip
        run={{ id: 'r2', workflow_id: 'w' }}
        steps={{ usual: spread(3, 3_000, 4_000), tasks: [] }}
      />
    </QueryClientProvider>,
  );
  const strip = await screen.findByTestId('run-strip');
  const links = [...strip.querySelectorAll('a')];
  expect(links.map((link) => link.getAttribute('href'))).toEqual(['#/runs/r1', '#/runs/r2']);
  expect(links[1]?.getAttribute('aria-label')).toMatch(/, failed, 9 seconds$/);
  expect(links.map((link) => link.getAttribute('aria-current'))).toEqual([null, 'page']);
  expect(strip.textContent).toContain('1 of 2 succeeded · usually 3s');
});

it.each([
  [['succeeded', 'failed', 'paused', 'running'], '1 of 2 ended runs succeeded, 2 not ended'],
  [['waiting', 'running'], 'none of these 2 has ended'],
])('counts %s by those that have ended', async (statuses, words) => {
  const items = statuses.map((status, n) => ({
    id: `r${n}`,
    status,
    start_time: '2026-11-20T08:00:00Z',
    end_time: null,
  }));
  setTransport(testTransport({ run_list: () => ({ items }) as never }));
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Strip run={{ id: 'r0', workflow_id: 'w' }} steps={undefined} />
    </QueryClientProvider>,
  );
  expect((await screen.findByTestId('run-strip')).textContent).toContain(words);
});
