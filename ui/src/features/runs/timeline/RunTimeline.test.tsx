import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setReach } from '@/app/reach';
import type { RunShow, RunSteps, RunTask } from '@/ipc';
import { RunTimeline } from './RunTimeline';
import type { RunSearch } from './search';

const ORIGIN = Date.UTC(2026, 10, 22, 8);
const at = (second: number) => new Date(ORIGIN + second * 1000).toISOString();

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(800);
});

afterEach(() => {
  cleanup();
  setReach('here');
  vi.restoreAllMocks();
});

/** Tasks of a minute each, with an hour between the second and the third. */
const tasks = Array.from({ length: 40 }, (_, n) => {
  const begin = n * 60 + (n > 1 ? 3600 : 0);
  const [queued_at, started_at, ended_at] = [at(begin), at(begin), at(begin + 60)];
  const attempt = { number: 1, status: 'succeeded', queued_at, started_at, ended_at };
  return {
    id: `t${n}`,
    name: `step ${n}`,
    action: 'program.run',
    status: 'succeeded',
    attempts: [attempt],
  };
}) as unknown as RunTask[];

const STEPS: RunSteps = {
  usual: null,
  tasks: tasks.map(({ id }, n) => ({ id, depends_on: n < 20 ? [] : [`t${n - 20}`] })),
};

function Page({ run, first = {} }: { run: Partial<RunShow>; first?: RunSearch }) {
  const [search, setSearch] = useState(first);
  const shown = {
    status: 'succeeded',
    steps: 'task',
    start_time: at(0),
    end_time: at(6000),
    tasks,
    ...run,
  };
  return (
    <>
      <output data-testid="search">{JSON.stringify(search)}</output>
      <RunTimeline
        run={shown as RunShow}
        steps={STEPS}
        search={search}
        onSearch={setSearch}
        onMessages={() => undefined}
        views={null}
      />
    </>
  );
}

const row = (n: number) => screen.getByTestId(`task-t${n}`);
const ticks = () =>
  [...document.querySelectorAll('[aria-hidden="true"]')].map((one) => one.textContent);

it('goes through its rows with the keys, to the last and back', async () => {
  render(<Page run={{}} />);
  row(0).focus();
  for (const [key, to] of [
    ['ArrowDown', 1],
    ['ArrowUp', 0],
    ['End', 39],
    ['Home', 0],
    ['PageDown', 19],
  ] as const) {
    fireEvent.keyDown(document.activeElement as Element, { key });
    await waitFor(() => expect(document.activeElement).toBe(row(to)));
  }
});

it('folds idle time, and opens it by its button, by a key and all at once', () => {
  render(<Page run={{}} />);
  fireEvent.click(screen.getByTestId('timeline-fold'));
  expect(screen.queryByTestId('timeline-fold')).toBeNull();
  fireEvent.click(screen.getByTestId('timeline-fold-all'));
  expect(screen.getByTestId('timeline-fold').getAttribute('aria-label')).toContain('1h');
  fireEvent.keyDown(row(0), { key: 'i' });
  expect(screen.queryByTestId('timeline-fold')).toBeNull();
});

it('comes closer and further by keys and by the slider, which say the same', () => {
  render(<Page run={{}} />);
  const slider = screen.getByTestId<HTMLInputElement>('timeline-zoom');
  expect(slider.value).toBe('0');
  fireEvent.keyDown(row(3), { key: '+' });
  const closer = Number(slider.value);
  expect(closer).toBeGreaterThan(0);
  fireEvent.change(slider, { target: { value: '60' } });
  expect(slider.value).toBe('60');
  expect(screen.getByRole('scrollbar')).toBeTruthy();
  fireEvent.keyDown(row(3), { key: 'f' });
  expect(slider.value).toBe('0');
  expect(screen.queryByRole('scrollbar')).toBeNull();
  // A letter with Ctrl is somebody else's.
  fireEvent.keyDown(row(3), { key: '+', ctrlKey: true });
  expect(slider.value).toBe('0');
});

it('tells elapsed time or the clock’s, and keeps which in the address', () => {
  render(<Page run={{}} />);
  expect(ticks()).toContain('0');
  fireEvent.keyDown(row(0), { key: 'k' });
  expect(screen.getByTestId('search').textContent).toContain('"axis":"clock"');
  expect(ticks()).not.toContain('0');
});

it('says how long it is from one task to another', () => {
  render(<Page run={{}} />);
  fireEvent.keyDown(row(2), { key: 'm' });
  expect(screen.getByTestId('timeline-range').textContent).toBe('1m');
  fireEvent.keyDown(row(4), { key: 'm' });
  expect(screen.getByTestId('timeline-range').textContent).toBe('3m');
  fireEvent.keyDown(row(4), { key: 'Escape' });
  expect(screen.queryByTestId('timeline-range')).toBeNull();
});

it('shows the tasks that fit, and how many there are', async () => {
  render(<Page run={{}} />);
  fireEvent.click(screen.getByTestId('timeline-filter'));
  fireEvent.change(screen.getByTestId('list-search'), { target: { value: 'step 3' } });
  await waitFor(() => expect(screen.getByText('13 of 40 tasks')).toBeTruthy());
  expect(screen.queryByTestId('task-t2')).toBeNull();
  fireEvent.change(screen.getByTestId('list-search'), { target: { value: 'nowhere' } });
  await waitFor(() => expect(screen.getByText(/No task fits/)).toBeTruthy());
  fireEvent.click(screen.getByTestId('timeline-filter'));
  await waitFor(() => expect(row(2)).toBeTruthy());
});

it('makes no row for what is out of sight', () => {
  render(<Page run={{}} />);
  expect(document.querySelectorAll('li').length).toBeLessThan(40);
  expect(screen.queryByTestId('task-t39')).toBeNull();
});

it('stands still and says so when the data cannot be reached', async () => {
  const started = new Date(Date.now() - 5000).toISOString();
  const attempt = {
    number: 1,
    status: 'running',
    queued_at: started,
    started_at: started,
    ended_at: null,
  };
  const runs = [{ ...tasks[0], status: 'running', attempts: [attempt] }] as unknown as RunTask[];
  render(<Page run={{ status: 'running', start_time: started, end_time: null, tasks: runs }} />);
  expect(screen.getByTestId('timeline-now')).toBeTruthy();
  const chart = screen.getByTestId('run-tasks');
  expect(Number.parseFloat(chart.style.getPropertyValue('--now'))).toBeGreaterThan(0);
  setReach('gone');
  await waitFor(() => expect(screen.getByTestId('timeline-still')).toBeTruthy());
  expect(screen.queryByTestId('timeline-now')).toBeNull();
  // Closer or further, a bar would end where "now" was drawn before.
  expect(chart.style.getPropertyValue('--now')).toBe('');
});

it('chooses a range for as long as the button is held, and no longer', () => {
  Element.prototype.setPointerCapture = () => {};
  render(<Page run={{}} />);
  const area = row(0).querySelector('[data-time]') as Element;
  fireEvent.pointerDown(area, { button: 0, buttons: 1, clientX: 10 });
  fireEvent.pointerMove(area, { buttons: 0, clientX: 300 });
  expect(screen.queryByTestId('timeline-range')).toBeNull();
  fireEvent.pointerDown(area, { button: 0, buttons: 1, clientX: 10 });
  fireEvent.pointerMove(area, { buttons: 1, clientX: 300 });
  expect(screen.getByTestId('timeline-range')).toBeTruthy();
});

it('counts along while a step waits for a person, as what stands beside it does', async () => {
  vi.useFakeTimers();
  try {
    const started = new Date(Date.now() - 5000).toISOString();
    const attempt = {
      number: 1,
      status: 'waiting',
      queued_at: started,
      started_at: started,
      ended_at: null,
    };
    const waits = [{ ...tasks[0], status: 'waiting', attempts: [attempt] }];
    const run = { status: 'waiting', start_time: started, end_time: null, tasks: waits };
    render(<Page run={run as unknown as Partial<RunShow>} />);
    expect(row(0).textContent).toContain('5s');
    await act(() => vi.advanceTimersByTimeAsync(3000));
    expect(row(0).textContent).toContain('8s');
  } finally {
    vi.useRealTimers();
  }
});

it('shows what stands on the way to the end, by its button and by a key', () => {
  render(<Page run={{}} />);
  const dimmed = () => document.querySelectorAll('[data-aside]').length;
  expect(dimmed()).toBe(0);
  fireEvent.click(screen.getByTestId('timeline-critical'));
  // The last task and the one it came after; of the latter one sees the row.
  expect(screen.getByTestId('search').textContent).toBe('{"path":"critical"}');
  expect(row(0).hasAttribute('data-aside')).toBe(true);
  expect(row(19).hasAttribute('data-aside')).toBe(false);
  expect(row(19).textContent).toContain('on the critical path');
  fireEvent.keyDown(row(0), { key: 'c' });
  expect(dimmed()).toBe(0);
});

it('goes to the next task that failed by its keys, and stays where there is none', async () => {
  const some = tasks.map((task, n) => (n === 4 || n === 31 ? { ...task, status: 'failed' } : task));
  // None is open, so that there are rows alone.
  render(<Page run={{ tasks: some as RunTask[] }} first={{ task: 'none' }} />);
  row(0).focus();
  for (const [key, to] of [
    [']', 4],
    [']', 31],
    [']', 31],
    ['[', 4],
    ['[', 4],
  ] as const) {
    fireEvent.keyDown(document.activeElement as Element, { key });
    await waitFor(() => expect(document.activeElement).toBe(row(to)));
  }
});

it('keeps in the address what is seen of the time, and begins with that', async () => {
  render(<Page run={{}} />);
  fireEvent.keyDown(row(3), { key: '+' });
  await waitFor(() => expect(screen.getByTestId('search').textContent).toContain('"zoom":'));
  const kept = JSON.parse(screen.getByTestId('search').textContent ?? '') as RunSearch;
  const slider = screen.getByTestId<HTMLInputElement>('timeline-zoom').value;
  cleanup();
  render(<Page run={{}} first={kept} />);
  expect(screen.getByTestId<HTMLInputElement>('timeline-zoom').value).toBe(slider);
  fireEvent.keyDown(row(3), { key: 'f' });
  await waitFor(() => expect(screen.getByTestId('search').textContent).not.toContain('zoom'));
});

it('comes closer with Ctrl and the wheel, and leaves the window as it is', () => {
  render(<Page run={{}} />);
  const heard = vi.fn();
  addEventListener('wheel', heard);
  const name = row(0).querySelector('b') as Element;
  const wheel = (deltaY: number, ctrlKey: boolean) => {
    const event = new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true });
    fireEvent(name, Object.assign(event, { ctrlKey }));
  };
  wheel(-200, true);
  expect(Number(screen.getByTestId<HTMLInputElement>('timeline-zoom').value)).toBeGreaterThan(0);
  expect(heard).not.toHaveBeenCalled();
  // What only scrolls is the page's.
  wheel(200, false);
  expect(heard).toHaveBeenCalledOnce();
  removeEventListener('wheel', heard);
});

it('draws what stands before and after the task that is chosen', () => {
  render(<Page run={{}} />);
  expect(screen.queryAllByTestId('timeline-elbow')).toEqual([]);
  fireEvent.focus(row(0));
  expect(screen.getAllByTestId('timeline-elbow').length).toBeGreaterThan(0);
  fireEvent.pointerOver(row(1).querySelector('b') as Element);
  const ways = screen.getAllByTestId('timeline-elbow').map((one) => one.dataset.way);
  expect(new Set(ways)).toEqual(new Set(['after']));
});
