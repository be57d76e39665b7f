import { counted, m, when } from '@/i18n';
import type { Overview } from '@/ipc';

/** The one sentence of certainty: the last tested backup, and what changed since. */
export function backupSentence({ backup, changes_since }: Overview): string {
  const changes =
    changes_since === 0 ? m.no_changes_since() : counted('changes_since', changes_since);
  return backup
    ? m.two_sentences({ first: m.last_backup({ when: when(backup.created_at) }), second: changes })
    : m.never_backed_up();
}
