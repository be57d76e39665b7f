/** What the catalog's pages ask for. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type CommandName,
  call,
  type DocumentRow,
  type DocumentSort,
  type Input,
  type Kind,
  type Output,
} from '@/ipc';
import { ALL_KINDS, KINDS, type Noun } from './kinds';

type Verb = 'list' | 'show' | 'create' | 'update' | 'delete' | 'undelete' | 'duplicate';
type FurtherVerb = 'history' | 'compare' | 'revert' | 'draft' | 'export';

/** A command of any kind's noun. The four nouns share one shape, the workflow's stands for them. */
export function documentCommand<V extends Verb | FurtherVerb>(kind: Kind, verb: V) {
  const noun: Noun = KINDS[kind].noun;
  return `${noun}_${verb}` as `flow_${V}`;
}

export function callDocument<V extends Verb | FurtherVerb>(
  kind: Kind,
  verb: V,
  input: Input<`flow_${V}` & CommandName>,
): Promise<Output<`flow_${V}` & CommandName>> {
  return call(documentCommand(kind, verb) as `flow_${V}` & CommandName, input);
}

export interface ListQuestion {
  query?: string;
  sort?: DocumentSort;
  deleted?: boolean;
}

/** A list of documents by pages. */
export function documentsSource(kind: Kind, question: ListQuestion) {
  return {
    key: ['documents', kind, question],
    tags: [kind],
    load: (offset: number, limit: number) =>
      callDocument(kind, 'list', { ...question, offset, limit }),
  };
}

/** What a workflow names, as far as its validation looks for it. */
const NAMED = ['folder', 'secret', 'connection'];

export function documentQuery(kind: Kind, id: string, revision?: number) {
  return queryOptions({
    queryKey: ['document', kind, id, revision ?? 'latest'],
    queryFn: () => callDocument(kind, 'show', { id, revision }),
    // Whether what a workflow names is known here is said with it.
    meta: { tags: [`${kind}:${id}`, kind, ...(kind === 'workflow' ? NAMED : [])] },
  });
}

/** What an earlier window left unsaved of a document; asked for once, then the open draft has it. */
export function keptDraftQuery(kind: Kind, id: string) {
  return queryOptions({
    queryKey: ['kept draft', kind, id],
    queryFn: () => call('draft_show', { kind, id }),
    gcTime: Number.POSITIVE_INFINITY,
  });
}

export function historyQuery(kind: Kind, id: string) {
  return queryOptions({
    queryKey: ['history', kind, id],
    queryFn: () => callDocument(kind, 'history', { id }),
    meta: { tags: [`${kind}:${id}`, kind] },
  });
}

export function compareQuery(kind: Kind, id: string, from: number, to: number) {
  return queryOptions({
    queryKey: ['compare', kind, id, from, to],
    queryFn: () => callDocument(kind, 'compare', { id, from, to }),
    placeholderData: keepPreviousData,
  });
}

/** Documents of all kinds for the palette: a few of each. */
export function everywhereQuery(words: string) {
  return queryOptions({
    queryKey: ['everywhere', words],
    queryFn: async (): Promise<DocumentRow[]> => {
      const sort = words ? 'name' : 'updated';
      const limit = words ? 6 : 3;
      const pages = await Promise.all(
        ALL_KINDS.map((kind) =>
          callDocument(kind, 'list', { query: words || undefined, sort, limit }),
        ),
      );
      return pages.flatMap((page) => page.items);
    },
    placeholderData: keepPreviousData,
    meta: { tags: ALL_KINDS },
  });
}
