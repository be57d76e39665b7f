import type { SessionCleanUpItem, Settings } from '@/ipc';

/** Days that snapshots are kept unless somebody said otherwise. */
const USUAL = 30;

/** So many snapshots are told one by one. */
const MOST = 200;

/** Days after which snapshots that nobody needs go by themselves; `null` where they are kept for good. */
export function keptDays({
  snapshot_keep_days,
}: Pick<Settings, 'snapshot_keep_days'>): number | null {
  const days = snapshot_keep_days ?? USUAL;
  return days > 0 ? days : null;
}

/** Those first that go; each group stays in the order of its sessions. */
export function mostTelling(items: readonly SessionCleanUpItem[]): SessionCleanUpItem[] {
  const goes = ({ reason }: SessionCleanUpItem) => reason === undefined;
  return [...items.filter(goes), ...items.filter((item) => !goes(item))].slice(0, MOST);
}
