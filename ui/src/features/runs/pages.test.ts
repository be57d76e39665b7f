import { expect, it } from 'vitest';
import { type Input, type RunRow, type Status, setTransport } from '@/ipc';
import { testTransport } from '@/ipc/testing';
import { type KeptPage, runsChanged, runsPage } from './pages';

/** So many runs, the newest first, all ended but those named; and the calls that ask for them. */
function runs(count: number, underWay: Record<string, Status> = {}) {
  const all = Array.from({ length: count }, (_, index) => {
    const id = `run-${String(count - index).padStart(5, '0')}`;
    return { id, status: underWay[id] ?? 'succeeded' } as RunRow;
  });
  const asked: (string | undefined)[] = [];
  setTransport(
    testTransport({
      run_list: ({ after, limit = 0 }: Input<'run_list'>) => {
        asked.push(after);
        const from = all.findIndex((run) => run.id === after) + 1;
        const items = all.slice(from, from + limit);
        return { items, next: from + limit < count ? (items.at(-1)?.id ?? null) : null };
      },
    }),
  );
  return asked;
}

/** All pages, asked for as the list does. */
async function list(before?: { pages: KeptPage[]; pageParams: (string | null)[] }) {
  const pages: KeptPage[] = [];
  const pageParams: (string | null)[] = [];
  let after: string | null = null;
  do {
    const page: KeptPage = await runsPage({}, after, before);
    pages.push(page);
    pageParams.push(after);
    after = page.next;
  } while (after !== null && (before === undefined || pages.length < before.pages.length));
  return { pages, pageParams };
}

const ids = (pages: KeptPage[]) => pages.flatMap((page) => page.items.map((run) => run.id));

it('asks again only for the newest and for what has not ended', async () => {
  const underWay = { 'run-00150': 'waiting' as const };
  runs(400, underWay);
  const before = await list();
  const asked = runs(430, { ...underWay, 'run-00430': 'running' });
  const now = await list(before);
  // The first page, on to the seam of the second one, and the one with the run that waits.
  expect(asked).toEqual([undefined, 'run-00331', 'run-00201']);
  expect(ids(now.pages)).toHaveLength(430);
  expect(new Set(ids(now.pages)).size).toBe(430);
  expect(ids(now.pages).toSorted().toReversed()).toEqual(ids(now.pages));
});

it('asks again for a page of which a run was deleted, or into which one came back', async () => {
  runs(400);
  const before = await list();
  runsChanged(['run', 'run:run-00150', 'workflow:run-00250']);
  const asked = runs(400);
  await list(before);
  expect(asked).toEqual([undefined, 'run-00201']);
});

it('begins anew where too many have come, or the run at the seam is gone', async () => {
  runs(200);
  const before = await list();
  const asked = runs(1200);
  const now = await list(before);
  expect(ids(now.pages).slice(0, 2)).toEqual(['run-01200', 'run-01199']);
  expect(new Set(ids(now.pages)).size).toBe(200);
  expect(asked.length).toBe(7);
});

it('goes on for a page of what few runs meet, and says how far it looked', async () => {
  const asked: (string | undefined)[] = [];
  const answers = (count: number) =>
    setTransport(
      testTransport({
        run_list: ({ after }: Input<'run_list'>) => {
          const number = Number(after ?? 0) + 1;
          asked.push(after);
          const items = number === 3 ? [{ id: 'rare', status: 'succeeded' } as RunRow] : [];
          const isLast = number === count;
          return {
            items,
            next: isLast ? null : String(number),
            ...(isLast ? {} : { sought_to: `2026-11-${30 - (number % 28)}` }),
          };
        },
      }),
    );
  answers(7);
  const page = await runsPage({ status: 'failed' }, null, undefined);
  expect([ids([page]), page.next, page.sought_to]).toEqual([['rare'], null, undefined]);
  expect(asked).toHaveLength(7);
  asked.length = 0;
  answers(1000);
  const some = await runsPage({ status: 'failed' }, null, undefined);
  expect(asked).toHaveLength(20);
  expect([some.next, some.sought_to]).toEqual(['20', '2026-11-10']);
  // Asked for again, the end of such a page is no run to look for.
  asked.length = 0;
  const again = await runsPage({ status: 'failed' }, null, { pages: [some], pageParams: [null] });
  expect([asked.length, again.next]).toEqual([20, '20']);
});
