import { createMemoryHistory } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { PLACES } from './places';
import { createAppRouter } from './router';

it('leads from the page of a run to each place itself, and takes nothing of the run along', async () => {
  const router = createAppRouter();
  router.update({ history: createMemoryHistory({ initialEntries: ['/runs/01A'] }) });
  await router.load();
  const paths = PLACES.map(({ link }) => router.buildLocation(link as { to: string }).pathname);
  expect(paths.filter((path) => path.includes('01A'))).toEqual([]);
  expect(paths).toContain('/sessions');
});
