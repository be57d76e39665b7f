import { exactly, when } from '@/i18n';

/** A time in words; the exact one on hover. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {when(at)}
    </time>
  );
}
