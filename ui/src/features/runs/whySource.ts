import { m, visible, words } from '@/i18n';

/** Why a data source was chosen, from the word that is kept with it. */
export function whySource(reason: string): string {
  const kind = words(`data_kind_${reason}`);
  if (kind) return m.source_because_kind({ kind });
  return words(`source_because_${reason}`) ?? m.source_because_rule({ rule: visible(reason) });
}
