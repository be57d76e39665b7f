import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { Slots } from './slots';

interface Rows {
  count: number;
  chart: RefObject<HTMLElement | null>;
  /** Heights of a row and of the head over all, in pixels. */
  row: number;
  head: number;
}

/**
 * The rows of a timeline of which only those in sight exist; arrow keys, Home, End and the Page keys move
 * among them. An element whose row goes out of sight is pointed at one that comes into it.
 */
export function useRows({ count, chart, row, head }: Rows) {
  const [focused, setFocused] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const slots = useRef(new Slots());
  const wanted = useRef<number | null>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => chart.current,
    estimateSize: () => row,
    overscan: 6,
    scrollMargin: head,
    scrollPaddingStart: head,
    // The row with the keys stays while one looks elsewhere.
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      if (focused === null || focused >= count || seen.includes(focused)) return seen;
      return [...seen, focused].sort((a, b) => a - b);
    },
  });
  // The row the keys go to is made with the next drawing, wherever it is.
  useLayoutEffect(() => {
    const to = wanted.current;
    const element = list.current?.querySelector<HTMLElement>(`[data-index="${to}"] > [data-row]`);
    if (to === null || !element) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
  });
  const go = (to: number) => {
    if (to < 0 || to >= count) return;
    wanted.current = to;
    setFocused(to);
    virtual.scrollToIndex(to);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const index = Number(
      (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset.index ?? 0,
    );
    const page = Math.max(1, Math.floor((chart.current?.clientHeight ?? 0) / row) - 2);
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: Math.min(count - 1, index + page),
      PageUp: Math.max(0, index - page),
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return false;
    event.preventDefault();
    go(to);
    return true;
  };
  const items = virtual.getVirtualItems();
  const places = slots.current.assign(items.map(({ index }) => index));
  return {
    list,
    onKeyDown,
    onFocus: setFocused,
    height: virtual.getTotalSize(),
    items: items.map(({ index, start }) => ({
      index,
      key: places.get(index),
      top: start - head,
    })),
  };
}
