/** What the files of a folder come to. */
import { bytes, counted, dated, m, visible } from '@/i18n';
import type { ArchiveRow, FolderFile, FolderShow } from '@/ipc';

/** The name of the list of tables that a pipeline reads. */
const TABLE_LIST = 'table_list.txt';

/** The files that an archive would take away. */
export function toArchive({ files }: FolderShow): FolderFile[] {
  return files.filter(({ kept }) => !kept);
}

/** How many files an archive took away, and how many it has copies of, which stayed. */
export function archivedWords({ files, copied }: { files: number; copied: number }): string {
  const taken = counted('n_files', files - copied);
  return copied > 0 ? `${taken} · ${counted('n_copies', copied)}` : taken;
}

export function sumOf(files: readonly { bytes?: number }[]): string {
  return bytes(files.reduce((sum, file) => sum + (file.bytes ?? 0), 0));
}

export function isTableList(name: string): boolean {
  return name.toLowerCase() === TABLE_LIST;
}

/** What an archive is called before people: when it was made, where that is known. */
export function archiveTitle({ archive, created_at }: ArchiveRow): string {
  return created_at ? m.archive_of({ when: dated(created_at) }) : visible(archive);
}
