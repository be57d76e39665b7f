import { useEffect, useState } from 'react';
import type { RunWork } from '@/ipc';
import { type Values, valuesOf } from './answer';

/** What somebody ticks and fills in here, until the run has it. */
interface Own {
  ticks: ReadonlyMap<string, boolean>;
  values: Values;
}

/**
 * The answers on the page: what the run has kept, from whomever it came, and over it what is being
 * ticked and filled in here and has not come back yet.
 */
export function useOwnAnswers(work: RunWork) {
  const [own, setOwn] = useState<Own>({ ticks: new Map(), values: {} });
  const { checklist, fields } = work;
  useEffect(() => setOwn((old) => withoutKept(old, { checklist, fields })), [checklist, fields]);
  const isTicked = (item: RunWork['checklist'][number]) => own.ticks.get(item.id) ?? item.ticked;
  return {
    ticked: new Set(checklist.filter(isTicked).map((item) => item.id)),
    values: { ...valuesOf(fields), ...own.values },
    tick: (id: string, on: boolean) =>
      setOwn((old) => ({ ...old, ticks: new Map(old.ticks).set(id, on) })),
    fill: (name: string, value: unknown) =>
      setOwn((old) => ({ ...old, values: { ...old.values, [name]: value } })),
  };
}

function withoutKept(own: Own, { checklist, fields }: Pick<RunWork, 'checklist' | 'fields'>): Own {
  const kept = valuesOf(fields);
  const isOpen = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(kept[name]);
  const ticks = [...own.ticks].filter(
    ([id, on]) => checklist.find((item) => item.id === id)?.ticked !== on,
  );
  return {
    ticks: new Map(ticks),
    values: Object.fromEntries(Object.entries(own.values).filter(isOpen)),
  };
}
