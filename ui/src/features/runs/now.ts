import { useEffect, useState } from 'react';

/**
 * The time, told again every so many milliseconds while something on the page grows with it; with
 * `null` only once. In a window that is out of sight it stands still.
 */
export function useNow(every: number | null): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    setNow(new Date());
    if (every === null) return;
    const tick = () => document.hidden || setNow(new Date());
    const timer = setInterval(tick, every);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [every]);
  return now;
}

/** From one time to another, or to now where the other has not come, in milliseconds. */
export function between(start: string, end: string | null | undefined, now: Date): number {
  return Math.max(0, (end ? new Date(end) : now).getTime() - new Date(start).getTime());
}
