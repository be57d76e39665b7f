import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import {
  Button,
  Card,
  Empty,
  ErrorNotice,
  Page,
  RowList,
  SearchField,
  useSearchWords,
} from '@/components';
import { counted, m } from '@/i18n';
import type { FolderRow, PickedPlace } from '@/ipc';
import { folderColumns } from './columns';
import styles from './FoldersPage.module.css';
import { NewFolder } from './NewFolder';
import { pickFolder } from './pick';
import { foldersQuery } from './queries';
import { UseFolder } from './UseFolder';

/** What is asked: where a new folder shall be, or what one that is there is for. */
type Asked = { what: 'new' } | { what: 'use'; place: PickedPlace };

/** The folders in which runs work. */
export function FoldersPage() {
  const { q } = useSearch({ from: '/task-folders' });
  const navigate = useNavigate();
  const folders = useQuery(foldersQuery());
  const [asked, setAsked] = useState<Asked | null>(null);
  const { query, setQuery, words } = useSearchWords(
    q,
    (next) => void navigate({ to: '/task-folders', search: { q: next }, replace: true }),
  );
  const rows = (folders.data ?? []).filter((row) => isFound(row, words));
  const isEmpty = folders.data?.length === 0;
  const makeNew = () => setAsked({ what: 'new' });
  const use = async () => {
    const place = await pickFolder(m.task_folder_use_pick());
    if (place) setAsked({ what: 'use', place });
  };
  const buttons = (
    <>
      <Button icon="folder" onPress={() => void use()} data-testid="folder-use">
        {m.task_folder_use()}
      </Button>
      <Button look="primary" icon="plus" onPress={makeNew} data-testid="folder-new">
        {m.task_folder_new()}
      </Button>
    </>
  );
  return (
    <Page
      title={m.nav_task_folders()}
      subtitle={folders.data && !isEmpty ? subtitleOf(folders.data) : ' '}
      body="fill"
      // The empty list has both in its middle.
      end={!isEmpty && folders.data && buttons}
    >
      {folders.error && <ErrorNotice error={folders.error} onRetry={() => folders.refetch()} />}
      {folders.data && !isEmpty && (
        <div className={styles.search}>
          <SearchField
            label={m.task_folder_search()}
            value={query}
            onChange={setQuery}
            data-testid="list-search"
          />
        </div>
      )}
      {folders.data && (
        <Card fill="hold">
          {rows.length > 0 && (
            <RowList
              key={words}
              label={m.nav_task_folders()}
              columns={folderColumns()}
              total={rows.length}
              at={(index) => rows[index]}
              idOf={(row) => row.id}
              onRange={() => undefined}
              onOpen={(row) => void navigate({ to: '/task-folders/$id', params: { id: row.id } })}
              rowHeight={52}
            />
          )}
          {isEmpty && (
            <Empty icon="folder" title={m.task_folder_none()} actions={buttons}>
              {m.task_folder_none_hint()}
            </Empty>
          )}
          {!isEmpty && rows.length === 0 && (
            <Empty
              icon="find"
              title={m.search_nothing()}
              actions={<Button onPress={() => setQuery('')}>{m.search_clear()}</Button>}
            >
              {m.search_nothing_hint()}
            </Empty>
          )}
        </Card>
      )}
      {asked?.what === 'new' && <NewFolder onClose={() => setAsked(null)} />}
      {asked?.what === 'use' && <UseFolder place={asked.place} onClose={() => setAsked(null)} />}
    </Page>
  );
}

/** Whether each of the words stands in its name, its path or the name of a workflow that works in it. */
function isFound(row: FolderRow, words: string | undefined) {
  const { path, workflow_name, workflow_id, named_by } = row;
  const names = named_by.workflows.map(({ name }) => name);
  const text = [path, workflow_name ?? workflow_id, ...names].join(' ').toLocaleLowerCase();
  const wanted = words?.toLocaleLowerCase().split(/\s+/) ?? [];
  return wanted.every((word) => text.includes(word));
}

function subtitleOf(rows: readonly FolderRow[]): string {
  const archives = rows.reduce((sum, row) => sum + row.archives, 0);
  const gone = rows.filter(({ problem }) => problem).length;
  return [
    counted('n_task_folders', rows.length),
    counted('n_archives', archives),
    ...(gone > 0 ? [counted('task_folders_gone', gone)] : []),
  ].join(' · ');
}
