import { m, visible } from '@/i18n';
import type { RunBroken } from '@/ipc';

/** What a program that a step started may still be doing: nobody ends it when whoever started it was ended. */
export function StillRunning({ broken: { act, running, ended } }: { broken: RunBroken }) {
  if (running)
    return <p>{m.broken_running({ name: visible(running.name), process: running.process })}</p>;
  if (act.action !== 'program.run') return null;
  return <p>{ended ? m.broken_ended() : m.broken_may_run()}</p>;
}
