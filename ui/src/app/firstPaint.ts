import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { overviewQuery } from '@/features/overview/queries';
import { engineQuery, runOverviewQuery } from '@/features/runs/queries';
import { shell } from '@/ipc';

/** How long the first screen waits for what it shows, in milliseconds. */
const WORTH_WAITING = 200;

/**
 * Ask for all that the first screen shows in one go, once `hears` says that no change is missed
 * from then on. True when it is here, so that it is laid out once; or when it takes too long to
 * leave the window empty for it.
 */
export function useFirstAnswers(hears: boolean): boolean {
  const client = useQueryClient();
  const [here, setHere] = useState(false);
  useEffect(() => {
    if (!hears) return;
    const show = () => setHere(true);
    const timer = setTimeout(show, WORTH_WAITING);
    const answers: Promise<unknown>[] = [
      client.prefetchQuery(overviewQuery()),
      client.prefetchQuery(runOverviewQuery()),
      client.prefetchQuery(engineQuery()),
    ];
    void Promise.all(answers).then(show);
    return () => clearTimeout(timer);
  }, [client, hears]);
  return here;
}

let told = false;

/**
 * Tell the shell, once, that something usable is on the screen; it watches for a web view that
 * stays blank. True from then on.
 */
export function useFirstPaint(painted: boolean): boolean {
  const [seen, setSeen] = useState(told);
  useEffect(() => {
    if (!painted || told) return;
    told = true;
    // Two frames: the first is being drawn, the second says that it was.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        document.documentElement.dataset.ready = 'true';
        shell.window_ready().catch(() => undefined);
        setSeen(true);
      }),
    );
  }, [painted]);
  return seen;
}
