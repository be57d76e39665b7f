import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useTooltips } from './tooltips';

function Row({ title, isThere = true }: { title: string; isThere?: boolean }) {
  useTooltips();
  return (
    <div title="the row">
      {isThere && <b title={title}>name</b>}
      <i>beside</i>
    </div>
  );
}

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const tooltip = () => screen.queryByTestId('tooltip')?.textContent;
const rest = () => act(() => vi.advanceTimersByTimeAsync(1000));

async function restOn(place: HTMLElement) {
  fireEvent.pointerOver(place);
  await rest();
}

it('tells a title in a box of its own, and leaves none to the system while the pointer is there', async () => {
  render(<Row title="the whole name" />);
  const name = screen.getByText('name');
  fireEvent.pointerOver(name);
  expect(tooltip()).toBeUndefined();
  await rest();
  expect(tooltip()).toBe('the whole name');
  expect([name.title, name.parentElement?.title]).toEqual(['', '']);
  await restOn(screen.getByText('beside'));
  expect([name.title, name.parentElement?.title]).toEqual(['the whole name', '']);
  expect(tooltip()).toBe('the row');
  fireEvent.pointerOut(name.parentElement as HTMLElement, { relatedTarget: null });
  expect(name.parentElement?.title).toBe('the row');
  expect(tooltip()).toBeUndefined();
});

it.each([
  ['a press', () => fireEvent.pointerDown(screen.getByText('name'))],
  ['a key', () => fireEvent.keyDown(document.body, { key: 'Enter' })],
  ['the wheel', () => fireEvent.wheel(document.body)],
])('goes with %s, and does not come again by itself', async (_, event) => {
  render(<Row title="the whole name" />);
  await restOn(screen.getByText('name'));
  event();
  await rest();
  expect(tooltip()).toBeUndefined();
});

it('is not shown later of what was pressed before', async () => {
  render(<Row title="the whole name" />);
  fireEvent.pointerOver(screen.getByText('name'));
  fireEvent.pointerDown(screen.getByText('name'));
  await rest();
  expect(tooltip()).toBeUndefined();
});

it('goes with what it belongs to', async () => {
  const { rerender } = render(<Row title="the whole name" />);
  await restOn(screen.getByText('name'));
  rerender(<Row title="the whole name" isThere={false} />);
  await rest();
  expect(tooltip()).toBeUndefined();
});

it('says what is told anew meanwhile', async () => {
  const { rerender } = render(<Row title="before" />);
  const name = screen.getByText('name');
  await restOn(name);
  rerender(<Row title="after" />);
  await rest();
  expect([tooltip(), name.title]).toEqual(['after', '']);
  fireEvent.pointerOver(document.body);
  expect(name.title).toBe('after');
});

it('does not say again what stands there whole', async () => {
  render(<Row title="name" />);
  const name = screen.getByText('name');
  await restOn(name);
  expect(tooltip()).toBeUndefined();
  fireEvent.pointerOver(document.body);
  vi.spyOn(name, 'scrollWidth', 'get').mockReturnValue(90);
  await restOn(name);
  expect(tooltip()).toBe('name');
});
