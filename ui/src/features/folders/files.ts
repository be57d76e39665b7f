/** What the files of a folder come to. */
import { bytes, dated, m, visible } from '@/i18n';
import type { ArchiveRow, FolderFile, FolderShow } from '@/ipc';

/** The name of the list of tables that a pipeline reads. */
const TABLE_LIST = 'table_list.txt';

/** The files that an archive would hold. Where anything goes, a copy of the list of tables goes along. */
export function toArchive({ files }: FolderShow): FolderFile[] {
  const go = files.filter(({ kept }) => !kept);
  const list = files.filter(({ name, kept, link }) => kept && !link && isTableList(name));
  const read = list.find(({ name }) => name === TABLE_LIST) ?? list[0];
  return go.length > 0 && read ? [...go, read] : go;
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
