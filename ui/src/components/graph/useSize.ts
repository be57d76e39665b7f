import { useCallback, useState } from 'react';
import type { Size } from './view';

/** Before anything is measured. */
const USUAL: Size = { width: 800, height: 480 };

/** How large an element is, followed as it changes. */
export function useSize(): [(element: HTMLElement | null) => (() => void) | undefined, Size] {
  const [size, setSize] = useState(USUAL);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const look = () =>
      setSize((before) => {
        const width = element.clientWidth || before.width;
        const height = element.clientHeight || before.height;
        return width === before.width && height === before.height ? before : { width, height };
      });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
