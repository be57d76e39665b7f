/** What the pages of task folders ask for. */
import { queryOptions } from '@tanstack/react-query';
import { type CleanUpRule, call, type FolderCompareTextInput, type PickedPlace } from '@/ipc';
import { wantedOf } from './cleanUp';

/** How often folders are looked through again while runs work in them, in milliseconds. */
const LOOK_EVERY = 3_000;

/**
 * What lies on the disk changes without a word: it is looked at anew whenever somebody comes to it,
 * from another page or another window.
 */
const ON_DISK = { staleTime: 0, refetchOnWindowFocus: true } as const;

/** Each step of a run may leave a file. */
const TOUCHED = { tags: ['folder', 'run', 'run:'], atMostEvery: LOOK_EVERY };

/** The task folders that are known. */
export function foldersQuery() {
  return queryOptions({
    queryKey: ['folders'],
    queryFn: async () => (await call('folder_list', {})).items,
    meta: { tags: [...TOUCHED.tags, 'workflow'], atMostEvery: LOOK_EVERY },
    ...ON_DISK,
  });
}

/** One folder with the files that are in it now. */
export function folderQuery(id: string) {
  return queryOptions({
    queryKey: ['folder', id],
    queryFn: () => call('folder_show', { id }),
    meta: TOUCHED,
    ...ON_DISK,
  });
}

/** The workflows that name a folder. */
export function folderUsesQuery(id: string) {
  return queryOptions({
    queryKey: ['folder uses', id],
    queryFn: () => call('folder_uses', { id }),
    meta: { tags: ['workflow', 'folder'], atMostEvery: LOOK_EVERY },
  });
}

/** Its archives, the newest first. */
export function archivesQuery(id: string) {
  return queryOptions({
    queryKey: ['folder archives', id],
    queryFn: async () => (await call('folder_archives', { id })).items,
    meta: TOUCHED,
    ...ON_DISK,
  });
}

/** What is in one archive. */
export function archiveQuery(id: string, archive: string) {
  return queryOptions({
    queryKey: ['folder archive', id, archive],
    queryFn: () => call('folder_archive_show', { id, archive }),
    meta: { tags: ['folder'] },
    ...ON_DISK,
  });
}

/** Which archives of a folder would go by a rule. */
export function cleanUpQuery(id: string, rule: CleanUpRule) {
  return queryOptions({
    queryKey: ['folder clean-up', id, rule],
    queryFn: () => call('folder_clean_up', { id, ...wantedOf(rule), dry_run: true }),
    meta: { tags: ['folder'] },
    staleTime: 0,
    gcTime: 0,
  });
}

/** The texts of a file in an archive and on the other side. */
export function compareTextQuery(input: FolderCompareTextInput) {
  return queryOptions({
    queryKey: ['folder compare', input],
    queryFn: () => call('folder_compare_text', input),
    staleTime: 0,
    gcTime: 0,
  });
}

/** What a file would be as the list of tables of a folder. */
export function tableListQuery(id: string, from: PickedPlace) {
  return queryOptions({
    queryKey: ['table list', id, from.token],
    queryFn: () => call('folder_table_list', { id, from: { picked: from.token } }),
    staleTime: 0,
    gcTime: 0,
  });
}
