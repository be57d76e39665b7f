import { toast } from '@/components';
import { begun, say, visible } from '@/i18n';
import type { Message } from '@/ipc';

/** Tells what is odd about something that was done all the same. */
export function warn(warnings: readonly Message[] | undefined): void {
  for (const warning of warnings ?? []) toast({ tone: 'warn', text: begun(visible(say(warning))) });
}
