import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setReach } from '@/app/reach';
import { type RunSteps, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { node, Page, POINTER, place, plane, press, search, spoken, TASKS, task } from './testing';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  useNavigate: () => () => undefined,
}));

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900);
  setTransport(testTransport({}));
});

afterEach(() => {
  cleanup();
  setReach('here');
  vi.restoreAllMocks();
});

it('says of each task what it came to, after which others, and how long that took', () => {
  render(<Page first={{ task: 'none' }} />);
  expect(spoken('load')).toBe('the load, failed, 20 seconds, after the orders, the stock');
  expect(spoken('check')).toContain('after the load, A person does it');
  expect(node('check').querySelector('[title]')).toBeTruthy();
  expect(node('orders').textContent).toContain('1m');
  expect(screen.getByText(/5 tasks/).textContent).toContain('1 failed');
});

it('stands each task to the right of those it comes after', () => {
  render(<Page first={{ task: 'none' }} />);
  const left = (id: string) => Number(/translate\(([-\d.]+)px/.exec(place(id) ?? '')?.[1]);
  expect(left('begin')).toBeLessThan(left('orders'));
  expect(left('orders')).toBe(left('stock'));
  expect(left('load')).toBeLessThan(left('check'));
  // Each edge with its head, that to the step that was skipped apart.
  const heads = (of: string) => screen.getByTestId(of).getAttribute('d')?.match(/l6 /g)?.length;
  expect([heads('graph-lines'), heads('graph-off')]).toEqual([4, 1]);
});

it('is walked along its edges with the arrows, and there is one stop for Tab', () => {
  render(<Page first={{ task: 'begin' }} />);
  const stops = () => document.querySelectorAll('[data-node][tabindex="0"]');
  expect([...stops()]).toEqual([node('begin')]);
  node('begin').focus();
  for (const [key, to] of [
    ['ArrowRight', 'orders'],
    ['ArrowDown', 'stock'],
    ['ArrowDown', 'stock'],
    ['ArrowRight', 'load'],
    ['ArrowLeft', 'orders'],
    ['End', 'check'],
    ['ArrowRight', 'check'],
    ['[', 'load'],
    [']', 'load'],
    ['Home', 'begin'],
  ] as const) {
    press(key);
    expect(document.activeElement).toBe(node(to));
  }
  expect(stops().length).toBe(1);
});

it('opens what failed first; a press opens another, Escape closes it and gives the keys back', () => {
  render(<Page />);
  expect(node('load').getAttribute('aria-expanded')).toBe('true');
  expect(within(screen.getByTestId('graph-panel')).getByText('the load')).toBeTruthy();
  fireEvent.click(node('stock'));
  expect(search().task).toBe('stock');
  const panel = within(screen.getByTestId('graph-panel'));
  panel.getByTestId('to-load').focus();
  fireEvent.click(panel.getByTestId('to-load'));
  expect(search().task).toBe('load');
  expect(document.activeElement).toBe(node('load'));
  fireEvent.keyDown(screen.getByTestId('graph-close'), { key: 'Escape' });
  expect(screen.queryByTestId('graph-panel')).toBeNull();
  expect(document.activeElement).toBe(node('load'));
  fireEvent.click(node('load'));
  press('Escape');
  expect(screen.queryByTestId('graph-panel')).toBeNull();
});

it('shows the edges of the task one is at, and the critical path where it is asked for', () => {
  render(<Page first={{ task: 'none' }} />);
  fireEvent.pointerOver(node('stock'));
  expect(screen.getByTestId('graph-before')).toBeTruthy();
  expect(screen.getByTestId('graph-after')).toBeTruthy();
  expect(screen.queryByTestId('graph-path')).toBeNull();
  fireEvent.click(screen.getByTestId('graph-critical'));
  expect(search().path).toBe('critical');
  expect(screen.getByTestId('graph-path')).toBeTruthy();
  expect(node('stock').hasAttribute('data-aside')).toBe(true);
  expect(node('orders').hasAttribute('data-aside')).toBe(false);
  expect(spoken('orders')).toContain('on the critical path');
  // From begin to load by the way that took longest: two edges, each with its head.
  expect(screen.getByTestId('graph-path').getAttribute('d')?.match(/l6 /g)?.length).toBe(2);
  fireEvent.keyDown(node('orders'), { key: 'c' });
  expect(search().path).toBeUndefined();
});

it('comes closer and further by keys, buttons and the wheel, and goes back to all of it', () => {
  render(<Page first={{ task: 'none' }} />);
  const scale = () => Number(/scale\((.+)\)/.exec(plane().style.transform)?.[1]);
  const first = scale();
  fireEvent.keyDown(node('load'), { key: '+' });
  const closer = scale();
  expect(closer).toBeGreaterThan(first);
  fireEvent.click(screen.getByTestId('graph-further'));
  expect(scale()).toBeLessThan(closer);
  const wheel = (init: object) => {
    const event = new WheelEvent('wheel', { bubbles: true, cancelable: true });
    fireEvent(node('load'), Object.assign(event, { ...POINTER, ...init }));
  };
  const heard = vi.fn();
  addEventListener('wheel', heard);
  wheel({ deltaY: -300, ctrlKey: true });
  expect(scale()).toBeGreaterThan(closer);
  const before = plane().style.transform;
  wheel({ deltaY: 40 });
  expect(plane().style.transform).not.toBe(before);
  expect(heard).not.toHaveBeenCalled();
  removeEventListener('wheel', heard);
  fireEvent.click(screen.getByTestId('graph-fit'));
  expect(scale()).toBe(first);
  // A letter with Ctrl is somebody else's.
  fireEvent.keyDown(node('load'), { key: '+', ctrlKey: true });
  expect(scale()).toBe(first);
});

it('moves with a drag, and a drag is no press', () => {
  Element.prototype.setPointerCapture = () => {};
  render(<Page first={{ task: 'none' }} />);
  const before = plane().style.transform;
  const canvas = screen.getByTestId('graph-canvas');
  fireEvent.pointerDown(node('load'), { button: 0, buttons: 1, clientX: 100, clientY: 100 });
  fireEvent.pointerMove(canvas, { buttons: 1, clientX: 60, clientY: 90 });
  expect(plane().style.transform).not.toBe(before);
  fireEvent.pointerUp(canvas, { clientX: 60, clientY: 90 });
  fireEvent.click(node('load'), { detail: 1 });
  expect(search().task).toBe('none');
  fireEvent.pointerDown(node('load'), { button: 0, buttons: 1, clientX: 100, clientY: 100 });
  fireEvent.pointerUp(node('load'), { clientX: 101, clientY: 100 });
  fireEvent.click(node('load'));
  expect(search().task).toBe('load');
});

it('follows the run while it goes on, each task where it was', () => {
  const running = TASKS.map((one) =>
    one.id === 'load' ? task('load', 'running', 70, null) : { ...one },
  );
  const shown = render(<Page tasks={running} status="running" first={{ task: 'none' }} />);
  const before = place('load');
  expect(node('load').dataset.status).toBe('running');
  const done = running.map((one) => (one.id === 'load' ? task('load', 'succeeded', 70, 95) : one));
  shown.rerender(<Page tasks={done} status="running" first={{ task: 'none' }} />);
  expect(node('load').dataset.status).toBe('succeeded');
  expect(place('load')).toBe(before);
  setReach('gone');
  return waitFor(() => expect(screen.getByTestId('graph-still')).toBeTruthy());
});

it('draws only what is in sight of ten thousand tasks, and plain boxes from far away', async () => {
  const tasks = Array.from({ length: 10_000 }, (_, n) => task(`t${n}`, 'succeeded', n, n + 1));
  const after = Object.fromEntries(
    tasks.map(({ id }, n) => [id, n < 100 ? [] : [`t${n - 100}`, `t${n - 100 + (n % 7)}`]]),
  );
  render(<Page tasks={tasks} after={after} first={{ task: 't5050' }} />);
  expect(screen.getByText('Arranging 10,000 tasks…')).toBeTruthy();
  await waitFor(() => expect(node('t5050')).toBeTruthy(), { timeout: 20_000 });
  const drawn = () => document.querySelectorAll('[data-node]').length;
  expect(drawn()).toBeLessThan(200);
  for (let n = 0; n < 8; n++) fireEvent.click(screen.getByTestId('graph-further'));
  expect(screen.getAllByTestId('graph-boxes').length).toBe(1);
  expect(drawn()).toBeLessThan(5);
  // Its task stays the one that has the keys.
  expect(node('t5050').tabIndex).toBe(0);
}, 60_000);

it('says that it arranges tasks where all of a stage wait for all of the one before', async () => {
  const tasks = Array.from({ length: 120 }, (_, n) => task(`t${n}`, 'succeeded', n, n + 1));
  const [first, second] = [tasks.slice(0, 60), tasks.slice(60)];
  const after = Object.fromEntries(second.map(({ id }) => [id, first.map((one) => one.id)]));
  render(<Page tasks={tasks} after={after} first={{ task: 't0' }} />);
  expect(screen.getByText('Arranging 120 tasks…')).toBeTruthy();
  await waitFor(() => expect(node('t0')).toBeTruthy(), { timeout: 20_000 });
});

it('draws what a branch may start as well, and the way not taken paler', () => {
  const tasks = [...TASKS.slice(0, 2), task('book', 'skipped', 0, null)];
  const steps: RunSteps = {
    usual: null,
    tasks: [{ id: 'begin', leads_to: ['orders', 'book'] }, { id: 'orders' }, { id: 'book' }],
  };
  render(<Page tasks={tasks} steps={steps} first={{ task: 'none' }} />);
  expect(spoken('orders')).toContain('after the begin');
  // The way that was taken has no gaps any more; the other one is pale and has.
  expect(screen.getByTestId('graph-lines')).toBeTruthy();
  expect(document.querySelector('[data-look="loose"]')).toBeNull();
  expect(screen.getByTestId('graph-off').dataset.look).toBe('off loose');
});

it('draws a way that may still be taken with gaps', () => {
  const tasks = [...TASKS.slice(0, 1), task('book', 'queued', 0, null)];
  const steps: RunSteps = {
    usual: null,
    tasks: [{ id: 'begin', leads_to: ['book'] }, { id: 'book' }],
  };
  render(<Page tasks={tasks} steps={steps} first={{ task: 'none' }} />);
  expect(document.querySelector('[data-look="loose"]')).toBeTruthy();
  expect(screen.queryByTestId('graph-off')).toBeNull();
});

it('says of a step that leads back to which, and not that it comes before that', () => {
  const tasks = TASKS.slice(0, 3);
  const steps: RunSteps = {
    usual: null,
    tasks: [
      { id: 'begin', leads_to: ['orders'] },
      { id: 'orders', leads_to: ['stock'] },
      { id: 'stock', leads_to: ['orders'] },
    ],
  };
  render(<Page tasks={tasks} steps={steps} first={{ task: 'stock' }} />);
  expect(spoken('orders')).toContain('after the begin');
  expect(spoken('orders')).not.toContain('the stock');
  expect(spoken('stock')).toContain('after the orders, may lead back to the orders');
  expect(within(screen.getByTestId('graph-panel')).getByText('May lead back to')).toBeTruthy();
});

it('says why there is no graph: one task alone, none, no definition', () => {
  render(<Page tasks={TASKS.slice(0, 1)} />);
  expect(screen.getByText('One task alone')).toBeTruthy();
  fireEvent.click(screen.getByTestId('graph-to-timeline'));
  expect(search().tab).toBeUndefined();
  cleanup();
  render(<Page steps={{ usual: null, tasks: [] }} />);
  expect(screen.getByText('The order of the tasks is not known')).toBeTruthy();
  cleanup();
  render(<Page tasks={[]} />);
  expect(screen.queryByText('One task alone')).toBeNull();
});

it('says where no task waits for another, and offers no critical path', () => {
  render(<Page after={{}} first={{ task: 'none' }} />);
  expect(screen.getByText(/No task waits for another/)).toBeTruthy();
  expect(screen.queryByTestId('graph-critical')).toBeNull();
  node('begin').focus();
  press('ArrowRight');
  expect(document.activeElement).toBe(node('orders'));
});
