/** A build fails when the first screen has come to load more script than it may. */
import type { Plugin } from 'vite';

/**
 * Tells how much script the page named `entry` loads before it can draw, and allows no more than
 * `most` bytes of it: all of it is read first. What is not needed for the first screen is loaded
 * later (`lazy`, `lazyRouteComponent`).
 */
export function startBudget(entry: string, most: number): Plugin {
  return {
    name: 'start-budget',
    generateBundle(_, bundle) {
      const page = Object.values(bundle).find(
        (part) => part.type === 'chunk' && part.isEntry && part.name === entry,
      );
      if (!page) this.error(`there is no page named ${entry}`);
      const loaded = new Set([page.fileName]);
      let bytes = 0;
      for (const name of loaded) {
        const part = bundle[name];
        if (part?.type !== 'chunk') continue;
        bytes += Buffer.byteLength(part.code);
        for (const needed of part.imports) loaded.add(needed);
      }
      const told = `the first screen loads ${bytes} bytes of script, of ${most} that it may`;
      if (bytes > most) this.error(`${told}: ${[...loaded].join(', ')}`);
      this.info(told);
    },
  };
}
