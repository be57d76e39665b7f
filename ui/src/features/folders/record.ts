import type { ArchiveRow } from '@/ipc';

/** Whether nothing tells what is in it: it may be anybody's, and its files are there. */
export function isUnrecorded({ broken }: Pick<ArchiveRow, 'broken'>): boolean {
  return broken?.code === 'archive_record_missing';
}

/** Whether it has a record that cannot be read, or was never finished. */
export function isBroken(item: ArchiveRow): boolean {
  return item.broken !== undefined && !isUnrecorded(item);
}
