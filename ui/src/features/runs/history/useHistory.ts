import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useRested } from '@/components';
import { formatLocale } from '@/i18n';
import { useNow } from '../now';
import type { Filters } from '../RunFilters';
import { linesOf } from './groups';
import { endRunQuery, historyRowsQuery, type Which } from './queries';
import { paceOf, type Seen, seenOf, type WindowWish } from './window';

/** While somebody moves along, nothing is asked for each step, in milliseconds. */
const REST = 80;

/** What is asked of runs beside their workflow and time, as commands take it; none where nothing is. */
export function whichOf(
  { status, needs, begunBy, source, agent }: Filters,
  text: string | undefined,
): Which {
  const asked = { status, needs, begun_by: begunBy, source, agent, text: text || undefined };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** The stretch that is seen, what is asked for it, and the lines there are in it. */
export function useHistory(wish: WindowWish, workflow: string | undefined) {
  const isAll = wish.span === 'all';
  const first = useQuery({ ...endRunQuery(true), enabled: isAll });
  const [pace, setPace] = useState(1000);
  const now = useNow(wish.end === undefined ? pace : null);
  const { since, until } = seenOf(wish, now.getTime(), first.data ?? undefined);
  const seen = useMemo<Seen>(() => ({ since, until }), [since, until]);
  const wanted = paceOf(seen);
  if (wanted !== pace) setPace(wanted);
  const asked = useRested(seen, REST);
  const rows = useQuery({
    ...historyRowsQuery(asked),
    enabled: !isAll || first.data !== undefined,
  });
  const [closed, setClosed] = useState<ReadonlySet<string | null>>(new Set());
  const lines = useMemo(() => {
    const there = rows.data?.filter(
      (row) => workflow === undefined || row.workflow_id === workflow,
    );
    return linesOf(there ?? [], closed, new Intl.Collator(formatLocale()).compare);
  }, [rows.data, workflow, closed]);
  const fold = (type: string | null) => {
    const next = new Set(closed);
    if (!next.delete(type)) next.add(type);
    setClosed(next);
  };
  return { seen, asked, lines, fold, rows, first };
}
