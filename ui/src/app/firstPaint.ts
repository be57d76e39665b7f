import { useEffect } from 'react';
import { shell } from '@/ipc';

let told = false;

/**
 * Tell the shell, once, that something usable is on the screen; it watches for a web view that
 * stays blank.
 */
export function useFirstPaint(painted: boolean): void {
  useEffect(() => {
    if (!painted || told) return;
    told = true;
    // Two frames: the first is being drawn, the second says that it was.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        document.documentElement.dataset.ready = 'true';
        shell.window_ready().catch(() => undefined);
      }),
    );
  }, [painted]);
}
