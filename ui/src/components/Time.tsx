import { exactly, when } from '@/i18n';
import { useTold } from './useTold';

/** A time in words, told anew as it grows old; the exact one on hover. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {useTold(() => when(at))}
    </time>
  );
}
