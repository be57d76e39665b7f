/**
 * Pages of a list of runs that is asked for again whenever any run changes. What has ended never
 * changes again, so that of a list one has scrolled far down only what can have changed is asked for.
 */
import type { InfiniteData } from '@tanstack/react-query';
import { call, type RunListInput, type RunPage } from '@/ipc';
import { ALL } from '@/ipc/tags';
import { isFinal } from './status';

/** Rows of one page. */
const PAGE = 100;
/** Pages of new runs that are put before those that are there; of more, all pages are asked for. */
const NEW = 5;
/** A page is kept for so long, in milliseconds: runs can also be cleared away. */
const KEPT_FOR = 60_000;

export interface KeptPage extends RunPage {
  /** When it was asked for. */
  askedAt: number;
}

type Question = Omit<RunListInput, 'after' | 'limit' | 'count' | 'count_to'>;

/** The core looks at so many runs for each answer; so many answers make a page of what few runs meet. */
const ANSWERS = 20;

/** A page that is full, or holds what was found of all that was looked at for it. */
async function wholePage(question: Question, after: string | null): Promise<RunPage> {
  const ask = (from: string | null, limit: number) =>
    call('run_list', { ...question, after: from ?? undefined, limit });
  let page = await ask(after, PAGE);
  const items = [...page.items];
  for (let more = 1; page.sought_to && items.length < PAGE && more < ANSWERS; more += 1) {
    page = await ask(page.next, PAGE - items.length);
    items.push(...page.items);
  }
  return { ...page, items };
}

/** The runs after one, or from the newest on; `before` is what the list showed until now. */
export async function runsPage(
  question: Question,
  after: string | null,
  before: InfiniteData<KeptPage, string | null> | undefined,
): Promise<KeptPage> {
  const askedAt = Date.now();
  const kept = before?.pages[before.pageParams.indexOf(after)];
  if (after !== null && kept && isSettled(kept, askedAt)) return kept;
  const load = (from: string | null) => wholePage(question, from);
  const page = await load(after);
  // Where a page ended because enough was looked at, its end is none of its runs.
  if (after !== null || !kept?.next || kept.sought_to) return { ...page, askedAt };
  // The second page begins where it began, however many runs have come before it.
  const seam = kept.next;
  const items = [...page.items];
  let { next } = page;
  for (let more = 0; !items.some((run) => run.id === seam); more += 1) {
    if (next === null || more === NEW) return { ...page, askedAt };
    const further = await load(next);
    items.push(...further.items);
    next = further.next;
  }
  const end = items.findIndex((run) => run.id === seam) + 1;
  return { items: items.slice(0, end), next: seam, askedAt };
}

/** When no page was kept any more: what was asked for before is asked for again. */
let changedAt = Number.NEGATIVE_INFINITY;
/** When each run changed last, for as long as pages are kept. */
const changed = new Map<string, number>();

/** Ask for all pages again the next time, also for those in which nothing has happened. */
export function keepNoPages(): void {
  changedAt = Date.now();
  changed.clear();
}

/** Runs changed, were deleted or came back, here or elsewhere, as the tags of a change tell. */
export function runsChanged(tags: readonly string[]): void {
  if (tags.includes(ALL)) keepNoPages();
  const now = Date.now();
  for (const tag of tags) {
    if (!tag.startsWith('run:')) continue;
    const id = tag.slice('run:'.length);
    changed.delete(id);
    changed.set(id, now);
  }
  for (const [id, at] of changed) {
    if (now - at < KEPT_FOR) break;
    changed.delete(id);
  }
}

function isSettled(page: KeptPage, now: number): boolean {
  return (
    now - page.askedAt < KEPT_FOR &&
    page.askedAt > changedAt &&
    page.items.every((run) => isFinal(run.status)) &&
    !hasChanged(page)
  );
}

/** Whether one of its runs changed since, or one whose place may be among them. */
function hasChanged({ items, askedAt }: KeptPage): boolean {
  const first = items[0]?.id;
  const last = items.at(-1)?.id;
  if (first === undefined || last === undefined) return false;
  const [from, to] = first < last ? [first, last] : [last, first];
  for (const [id, at] of changed) {
    if (at >= askedAt && id >= from && id <= to) return true;
  }
  return false;
}
