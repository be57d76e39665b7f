import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setReach } from '@/app/reach';
import { CallError, type Status, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import {
  at,
  chain,
  node,
  ORIGIN,
  Page,
  POINTER,
  plane,
  press,
  search,
  TASKS,
  task,
} from './testing';

const [panelDrawn, counted] = vi.hoisted(() => [vi.fn(), vi.fn()]);

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => undefined,
}));
vi.mock('../task/TaskPanel', async (original) => {
  const { TaskPanel } = await original<typeof import('../task/TaskPanel')>();
  return {
    TaskPanel: (props: Parameters<typeof TaskPanel>[0]) => {
      panelDrawn();
      return TaskPanel(props);
    },
  };
});
vi.mock('../timeline/counts', async (original) => {
  const { countsOf } = await original<typeof import('../timeline/counts')>();
  return {
    countsOf: (run: Parameters<typeof countsOf>[0]) => {
      counted();
      return countsOf(run);
    },
  };
});

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900);
  Element.prototype.setPointerCapture = () => {};
  setTransport(testTransport({}));
});

afterEach(() => {
  cleanup();
  setReach('here');
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Where the graph is looked at. */
const view = () => plane().style.transform;
const panel = () => screen.queryByTestId('graph-panel');
const canvas = () => screen.getByTestId('graph-canvas');
const wheel = (init: object) => {
  const event = new WheelEvent('wheel', { bubbles: true, cancelable: true });
  fireEvent(canvas(), Object.assign(event, { ...POINTER, ...init }));
};
/** Whether what has the keys is marked, as after a key and not after a press. */
function focusIsSeen(isSeen: boolean) {
  const { matches } = Element.prototype;
  vi.spyOn(Element.prototype, 'matches').mockImplementation(function (this: Element, of: string) {
    return of === ':focus-visible' ? isSeen : matches.call(this, of);
  });
}
/** A run of sixty tasks in a row, the one at `n` as it is said to be. */
const sixty = (n: number, status: Status) =>
  chain(60, (one) => (one < n ? 'succeeded' : one === n ? status : 'queued'));

it('opens a task that fails while nobody has looked at anything', () => {
  const shown = render(<Page {...chain(60, () => 'queued')} status="running" />);
  expect(panel()).toBeNull();
  const before = view();
  shown.rerender(<Page {...sixty(40, 'failed')} status="running" />);
  expect(node('t40').getAttribute('aria-expanded')).toBe('true');
  // And brings it into sight.
  expect(view()).not.toBe(before);
});

it.each([
  ['walks', () => press('ArrowRight')],
  ['moves', () => wheel({ deltaX: 40 })],
  ['comes closer', () => fireEvent.click(screen.getByTestId('graph-closer'))],
])('moves nothing when a task fails and somebody %s', (way, look) => {
  const { tasks, after } = sixty(40, 'running');
  const shown = render(<Page tasks={tasks} after={after} status="running" />);
  if (way === 'walks') act(() => node('t40').focus());
  look();
  const before = view();
  const focused = document.activeElement;
  shown.rerender(<Page {...sixty(40, 'failed')} status="running" />);
  expect(panel()).toBeNull();
  expect(view()).toBe(before);
  expect(document.activeElement).toBe(focused);
});

it('keeps the task open that failed first, whatever becomes of it', () => {
  const shown = render(<Page />);
  const close = screen.getByTestId('graph-close');
  act(() => close.focus());
  const again = TASKS.map((one) => {
    if (one.id === 'load') return task('load', 'running', 100, null);
    return one.id === 'orders' ? task('orders', 'failed', 10, 70) : one;
  });
  shown.rerender(<Page tasks={again} status="running" />);
  expect(node('load').getAttribute('aria-expanded')).toBe('true');
  expect(node('orders').getAttribute('aria-expanded')).toBe('false');
  expect(document.activeElement).toBe(close);
});

it('begins for Tab where one looks first, and brings into sight what Tab comes to', () => {
  const { tasks, after } = sixty(40, 'running');
  render(<Page tasks={tasks} after={after} status="running" />);
  expect(node('t40').tabIndex).toBe(0);
  const first = view();
  for (let n = 0; n < 9; n++) wheel({ deltaX: -900 });
  const away = view();
  expect(away).not.toBe(first);
  focusIsSeen(true);
  act(() => node('t40').focus());
  expect(view()).not.toBe(away);
});

it('follows the keys out of sight, and brings into sight what is opened', () => {
  const { tasks, after } = chain(60, () => 'succeeded');
  render(<Page tasks={tasks} after={after} status="succeeded" />);
  focusIsSeen(false);
  const first = view();
  act(() => node('t0').focus());
  press('End');
  expect(document.activeElement).toBe(node('t59'));
  expect(view()).not.toBe(first);
  fireEvent.click(node('t59'));
  const before = view();
  fireEvent.click(screen.getByTestId('to-t58'));
  fireEvent.click(screen.getByTestId('to-t57'));
  fireEvent.click(screen.getByTestId('to-t56'));
  fireEvent.click(screen.getByTestId('to-t55'));
  expect(view()).not.toBe(before);
  expect(search().task).toBe('t55');
});

it('opens what is pressed as a plain box, and nothing beside it', () => {
  const { tasks, after } = chain(150, () => 'succeeded');
  render(<Page tasks={tasks} after={after} status="succeeded" />);
  fireEvent.click(screen.getByTestId('graph-fit'));
  expect(screen.getByTestId('graph-boxes')).toBeTruthy();
  // A chain, in the middle from top to bottom and 24 pixels from the left.
  fireEvent.click(canvas(), { clientX: 450, clientY: 100, detail: 1 });
  expect(search().task).toBeUndefined();
  fireEvent.click(canvas(), { clientX: 24.5, clientY: 300, detail: 1 });
  expect(search().task).toBe('t0');
});

it('shows the lines of what is pointed at for as long as it is', () => {
  render(<Page first={{ task: 'none' }} />);
  fireEvent.pointerOver(node('stock'));
  expect(screen.getByTestId('graph-before')).toBeTruthy();
  fireEvent.pointerOver(canvas());
  expect(screen.queryByTestId('graph-before')).toBeNull();
  fireEvent.pointerOver(node('stock'));
  fireEvent.pointerLeave(canvas());
  expect(screen.queryByTestId('graph-before')).toBeNull();
});

it('draws neither the panel nor the counts anew while one moves or points', () => {
  render(<Page />);
  panelDrawn.mockClear();
  counted.mockClear();
  const before = view();
  fireEvent.pointerDown(canvas(), { button: 0, buttons: 1, clientX: 100, clientY: 100 });
  for (let x = 90; x > 0; x -= 10)
    fireEvent.pointerMove(canvas(), { buttons: 1, clientX: x, clientY: 90 });
  fireEvent.pointerUp(canvas(), { clientX: 10, clientY: 90 });
  fireEvent.pointerOver(node('stock'));
  expect(view()).not.toBe(before);
  expect(panelDrawn).not.toHaveBeenCalled();
  expect(counted).not.toHaveBeenCalled();
});

it('takes a press by a key for one after the graph was moved, by whichever button', () => {
  render(<Page first={{ task: 'none' }} />);
  for (const [button, buttons] of [
    [1, 4],
    [0, 1],
  ] as const) {
    fireEvent.pointerDown(canvas(), { button, buttons, clientX: 100, clientY: 100 });
    fireEvent.pointerMove(canvas(), { buttons, clientX: 60, clientY: 90 });
    fireEvent.pointerUp(canvas(), { clientX: 60, clientY: 90 });
    // As Enter does.
    fireEvent.click(node('load'), { detail: 0 });
    expect(search().task).toBe(button === 1 ? 'load' : undefined);
  }
});

it('tells by seconds how long a task is at work while the run waits, and stands still without its data', async () => {
  vi.useFakeTimers({ now: ORIGIN + 65_000 });
  const tasks = [task('begin', 'succeeded', 0, 10), task('orders', 'waiting', 10, null)];
  render(<Page tasks={tasks} status="waiting" first={{ task: 'none' }} />);
  expect(node('orders').textContent).toContain('55s');
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(node('orders').textContent).toContain('1m 15s');
  act(() => setReach('gone'));
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(screen.getByTestId('graph-still')).toBeTruthy();
  expect(node('orders').textContent).toContain('1m 15s');
});

it('says why the definition is not there, and asks again', () => {
  const onRetry = vi.fn();
  const error = new CallError({ code: 'internal', message: at(0) });
  render(<Page error={error} onRetry={onRetry} />);
  expect(screen.getByTestId('error')).toBeTruthy();
  expect(screen.queryByText(/Arranging/)).toBeNull();
  fireEvent.click(screen.getByText('Try again'));
  expect(onRetry).toHaveBeenCalled();
});

it('hears nothing of the wheel once it is gone', () => {
  const shown = render(<Page first={{ task: 'none' }} />);
  const element = canvas();
  shown.unmount();
  const event = new WheelEvent('wheel', { bubbles: true, cancelable: true });
  element.dispatchEvent(Object.assign(event, POINTER));
  expect(event.defaultPrevented).toBe(false);
});
