import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { type RunQuestion, runsQuery } from './queries';

/** So many rows before the last one that is there, the next page is asked for. */
const AHEAD = 30;

/** Runs as a list of any length: the next page comes while one scrolls towards it. */
export function useRunRows(question: RunQuestion) {
  const query = useInfiniteQuery(runsQuery(question));
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const loaded = rows.length;
  const onRange = useCallback(
    (_: number, last: number) => {
      if (last >= loaded - AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    [loaded, hasNextPage, isFetchingNextPage, fetchNextPage],
  );
  return {
    rows,
    /** The rows that are there, and one more that stands for all that are not. */
    total: loaded + (hasNextPage ? 1 : 0),
    onRange,
    isPending: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
  };
}
