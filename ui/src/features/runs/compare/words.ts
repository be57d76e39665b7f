/** What is told of a difference in length. */
import { m, took } from '@/i18n';

/** Milliseconds that nobody notices. */
const NOTICED = 1_000;

/** `2 min longer`, where somebody would notice. */
export function apart(then: number | undefined, now: number | undefined): string | null {
  if (then === undefined || now === undefined) return null;
  const length = now - then;
  if (Math.abs(length) < NOTICED) return null;
  const words = took(Math.abs(length));
  return length > 0
    ? m.run_compared_longer({ length: words })
    : m.run_compared_shorter({ length: words });
}
