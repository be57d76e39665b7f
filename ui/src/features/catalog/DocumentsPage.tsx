import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import {
  Button,
  Card,
  ErrorNotice,
  isPageCovered,
  NOTHING,
  Page,
  RowList,
  SearchField,
  Segments,
  type Selection,
  usePages,
  useSearchWords,
} from '@/components';
import { counted, label, m } from '@/i18n';
import type { DocumentRow, Kind } from '@/ipc';
import { ImportButtons } from '../import/ImportButtons';
import { documentColumns } from './columns';
import styles from './DocumentsPage.module.css';
import { documentLink, KINDS, listLink } from './kinds';
import { NewDocument } from './NewDocument';
import { NoDocuments } from './NoDocuments';
import { documentsSource } from './queries';
import { SelectionBar } from './SelectionBar';
import { useDocumentActions } from './useDocumentActions';

interface ListSearch {
  q?: string;
  sort?: 'updated';
  deleted?: boolean;
}

interface Props {
  kind: Kind;
  title: string;
  search: ListSearch;
  /** Beside the search: which kind. */
  choice?: ReactNode;
}

/** A list of documents of one kind: searched, sorted, chosen from, opened. */
export function DocumentsPage({ kind, title, search, choice }: Props) {
  const navigate = useNavigate();
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [making, setMaking] = useState(false);
  const deleted = search.deleted ?? false;
  const sort = search.sort ?? 'name';
  const actions = useDocumentActions(kind, () => setSelection(NOTHING));
  const go = (next: ListSearch) =>
    void navigate({
      ...listLink(kind),
      search: { ...search, ...next },
      replace: true,
    });
  const { query, setQuery, words } = useSearchWords(search.q, (q) => go({ q }));
  const pages = usePages(documentsSource(kind, { query: words, sort, deleted }));
  useNewKey(() => setMaking(true));

  const isFiltered = words !== undefined;
  const isEmpty = !pages.isPending && pages.total === 0 && !isFiltered && !deleted;
  const open = (row: DocumentRow) => {
    if (!deleted) void navigate(documentLink(kind, row.id));
  };
  const subtitle = pages.isPending
    ? ' '
    : deleted
      ? m.deleted_subtitle()
      : counted(`n_${kind}s`, pages.total);
  return (
    <Page
      title={title}
      subtitle={subtitle}
      body="fill"
      end={
        <>
          <ImportButtons />
          <Button
            // The empty list below has the first step; two would compete.
            look={isEmpty ? 'plain' : 'primary'}
            icon="plus"
            onPress={() => setMaking(true)}
            data-testid="new"
          >
            {label('new', kind)}
          </Button>
        </>
      }
    >
      <div className={styles.line}>
        <div className={styles.tools} inert={selection.size > 0}>
          {choice}
          <div className={styles.search}>
            <SearchField
              label={label('search_in', kind)}
              value={query}
              onChange={setQuery}
              data-testid="list-search"
            />
          </div>
          <span className={styles.spring} />
          <Segments
            label={m.sort_label()}
            value={sort}
            onChange={(next) => go({ sort: next === 'updated' ? 'updated' : undefined })}
            options={[
              { value: 'name', label: m.sort_name() },
              { value: 'updated', label: m.sort_updated() },
            ]}
          />
          <Button
            look="quiet"
            icon={deleted ? KINDS[kind].icon : 'trash'}
            onPress={() => {
              setSelection(NOTHING);
              go({ deleted: deleted ? undefined : true });
            }}
            data-testid="show-deleted"
          >
            {deleted ? m.back_to_list() : m.recently_deleted()}
          </Button>
        </div>
        {selection.size > 0 && (
          <SelectionBar
            kind={kind}
            selection={selection}
            deleted={deleted}
            actions={actions}
            onClear={() => setSelection(NOTHING)}
          />
        )}
      </div>
      {pages.error !== null && <ErrorNotice error={pages.error} onRetry={pages.retry} />}
      {!pages.isPending && (
        <Card fill="hold">
          {pages.total > 0 ? (
            <RowList
              // Another question begins at the top again.
              key={`${words} ${sort} ${deleted}`}
              label={title}
              columns={documentColumns(kind, deleted, actions)}
              total={pages.total}
              at={pages.at}
              idOf={(row) => row.id}
              onRange={pages.onRange}
              onOpen={open}
              selection={selection}
              onSelect={setSelection}
              idsBetween={async (first, last) =>
                (await pages.between(first, last)).map((row) => row.id)
              }
              onDelete={
                selection.size > 0 && !deleted
                  ? () => void actions.remove([...selection])
                  : undefined
              }
              rowHeight={44}
            />
          ) : (
            <NoDocuments
              kind={kind}
              deleted={deleted}
              isFiltered={isFiltered}
              onNew={() => setMaking(true)}
              onClear={() => setQuery('')}
            />
          )}
        </Card>
      )}
      {making && <NewDocument kind={kind} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** Ctrl N makes a new one. */
function useNewKey(run: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'n') return;
      if (isPageCovered()) return;
      event.preventDefault();
      run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
}
