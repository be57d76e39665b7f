import { m, say, sentences, visible, whole } from '@/i18n';
import type { SessionStats } from '@/ipc';

/** Why the store of snapshots cannot be had now. */
export function whyAway({ store_dir, store_why }: SessionStats): string {
  const place = { path: visible(store_dir) };
  if (!store_why || store_why.code === 'error_snapshot_store_gone') return m.store_lies_away(place);
  if (store_why.code === 'error_disk_silent') return m.store_lies_silent(place);
  return sentences(whole(m.store_lies(place)), whole(say(store_why)));
}

/** Whether nothing can be moved from where the store lay: it is not there, or is another data folder's. */
export function isGone({ store_why }: SessionStats): boolean {
  return ['error_snapshot_store_gone', 'error_snapshot_store_foreign'].includes(
    store_why?.code ?? '',
  );
}
