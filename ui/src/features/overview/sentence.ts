import { counted, m, sentences, when } from '@/i18n';
import type { Overview } from '@/ipc';

type Since = Pick<Overview, 'backup' | 'changes_since'>;

/** The one sentence of certainty: the last tested backup, and what is not in it. */
export function backupSentence(overview: Since, runsSince: number): string {
  const { backup, changes_since } = overview;
  if (!backup) return m.never_backed_up();
  const what = [
    changes_since.documents > 0 && counted('since_documents', changes_since.documents),
    changes_since.deleted > 0 && counted('since_deleted', changes_since.deleted),
    runsSince > 0 && counted('since_runs', runsSince),
    changes_since.settings && m.since_settings(),
  ].filter((part) => typeof part === 'string');
  return sentences(
    m.last_backup({ when: when(backup.created_at) }),
    what.length > 0 ? m.since_backup({ what: what.join(m.list_separator()) }) : m.nothing_since(),
  );
}
