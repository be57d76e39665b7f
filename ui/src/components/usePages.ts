import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';

/** Rows of one page; a list asks for the pages it shows. */
const PAGE = 100;
/** Pages that one call may answer at once; a span of more rows is not kept as pages. */
const FAR = 5;

interface Source<Row> {
  /** Names the list: what is searched for, how it is sorted. */
  key: readonly unknown[];
  /** Change tags that make the list stale. */
  tags: readonly string[];
  load: (offset: number, limit: number) => Promise<{ total: number; items: Row[] }>;
}

export interface Pages<Row> {
  total: number;
  at: (index: number) => Row | undefined;
  onRange: (first: number, last: number) => void;
  /** Rows from one position to another, loaded where they are not. */
  between: (first: number, last: number) => Promise<Row[]>;
  /** Nothing has ever been loaded. */
  isPending: boolean;
  error: unknown;
  retry: () => void;
}

/** A list of any length by pages. While another search loads, the rows of the last one stay. */
export function usePages<Row>({ key, tags, load }: Source<Row>): Pages<Row> {
  const client = useQueryClient();
  const [range, setRange] = useState({ first: 0, last: 0 });
  const numbers = Array.from({ length: range.last - range.first + 1 }, (_, n) => range.first + n);
  const options = (page: number) => ({
    queryKey: [...key, page],
    queryFn: () => load(page * PAGE, PAGE),
    meta: { tags },
  });
  const queries = useQueries({ queries: numbers.map(options) });

  const shown = useRef<{ total: number; pages: Map<number, Row[]> }>(null);
  const loaded = queries.find((query) => query.data);
  if (loaded?.data) {
    const pages = new Map<number, Row[]>();
    queries.forEach((query, n) => {
      if (query.data) pages.set(range.first + n, query.data.items);
    });
    shown.current = { total: loaded.data.total, pages };
  }
  const now = shown.current;
  const onRange = useCallback((first: number, last: number) => {
    const next = { first: Math.floor(first / PAGE), last: Math.floor(last / PAGE) };
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
  }, []);
  return {
    total: now?.total ?? 0,
    at: (index) => now?.pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    onRange,
    between: async (first, last) => {
      const rows: Row[] = [];
      if (last - first > FAR * PAGE) {
        for (let offset = first; offset <= last; offset += FAR * PAGE) {
          const limit = Math.min(FAR * PAGE, last - offset + 1);
          rows.push(...(await load(offset, limit)).items);
        }
        return rows;
      }
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
        const { items } = await client.ensureQueryData(options(page));
        rows.push(...items.slice(Math.max(0, first - page * PAGE), last - page * PAGE + 1));
      }
      return rows;
    },
    isPending: now === null,
    error: queries.find((query) => query.error)?.error ?? null,
    retry: () => queries.forEach((query) => void query.refetch()),
  };
}
