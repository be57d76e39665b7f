import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useLayoutEffect, useMemo } from 'react';
import { Button, Empty, ErrorNotice, Page } from '@/components';
import { label, m } from '@/i18n';
import { CallError, type Kind } from '@/ipc';
import { DeletedDocument } from './DeletedDocument';
import { DraftContext } from './draft/DraftContext';
import { followSaved, openDraft } from './draft/drafts';
import { type AddressTab, documentLink, isLibraryKind, KINDS, listLink } from './kinds';
import { OpenDocument } from './OpenDocument';
import { documentQuery, keptDraftQuery } from './queries';

export function WorkflowPage() {
  const { id } = useParams({ from: '/workflows/$id' });
  return <DocumentPage kind="workflow" id={id} />;
}

export function LibraryDocumentPage() {
  const { kind, id } = useParams({ from: '/library/$kind/$id' });
  return <DocumentPage kind={isLibraryKind(kind) ? kind : 'roadmap'} id={id} />;
}

/** A document as it is kept, with the draft that is being made of it. */
export function DocumentPage({ kind, id }: { kind: Kind; id: string }) {
  const shown = useQuery(documentQuery(kind, id));
  const search: { tab?: AddressTab; at?: string; field?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const kept = useQuery(keptDraftQuery(kind, id));
  const draft = shown.data && kept.data && openDraft(kind, id, shown.data, kept.data.draft);
  const editing = useMemo(() => (draft ? { kind, draft } : null), [kind, draft]);
  useLayoutEffect(() => {
    if (draft && shown.data) followSaved(draft, shown.data);
  }, [draft, shown.data]);
  if (shown.error && CallError.from(shown.error).code === 'not_found') {
    return (
      <Page title={label('kind_name', kind)} body="fill">
        <Empty
          icon={KINDS[kind].icon}
          title={m.document_gone()}
          actions={
            <Button onPress={() => void navigate(listLink(kind))}>{m.back_to_list()}</Button>
          }
        >
          {m.document_gone_hint()}
        </Empty>
      </Page>
    );
  }
  if (!shown.data || !draft) {
    const failed = [shown, kept].find((query) => query.error);
    return (
      // Its name comes with it.
      <Page title="">
        {failed?.error ? (
          <ErrorNotice error={failed.error} onRetry={() => failed.refetch()} />
        ) : null}
      </Page>
    );
  }
  if (shown.data.row.deleted_at !== null) return <DeletedDocument show={shown.data} />;
  // The field that was led to is looked at once.
  const go = (next: { tab?: AddressTab; at?: string }) =>
    void navigate({
      ...documentLink(kind, id, { ...search, field: undefined, ...next }),
      replace: true,
    });
  return (
    <DraftContext.Provider value={editing}>
      <OpenDocument
        key={`${kind} ${id}`}
        show={shown.data}
        draft={draft}
        tab={search.tab ?? 'form'}
        at={search.at}
        field={search.field}
        onTab={(tab) => go({ tab: tab === 'form' ? undefined : tab })}
        onAt={(at) => go({ at })}
      />
    </DraftContext.Provider>
  );
}
