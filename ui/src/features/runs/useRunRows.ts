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
  // So far back that the next page is asked for when somebody wants it, not by scrolling.
  const soughtTo = data?.pages.at(-1)?.sought_to;
  const goesOn = hasNextPage && !soughtTo;
  const onRange = useCallback(
    (_: number, last: number) => {
      if (last >= loaded - AHEAD && goesOn && !isFetchingNextPage) void fetchNextPage();
    },
    [loaded, goesOn, isFetchingNextPage, fetchNextPage],
  );
  return {
    rows,
    /** The rows that are there, and one more that stands for all that are not. */
    total: loaded + (goesOn ? 1 : 0),
    onRange,
    /** How far was looked for what is there, where that is not all. */
    soughtTo: isFetchingNextPage ? undefined : soughtTo,
    lookFurther: () => void fetchNextPage(),
    isPending: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
  };
}
