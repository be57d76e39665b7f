import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { backupWork } from '@/features/backup/work';
import { unsavedDrafts, watchUnsaved } from '@/features/catalog/draft/drafts';
import { documentLink } from '@/features/catalog/kinds';
import { useWork } from '@/features/longWork';
import { runOverviewQuery } from '@/features/runs/queries';
import { counted, m } from '@/i18n';
import { useReach } from './reach';
import styles from './StateLine.module.css';

/** One quiet line at the foot of the sidebar: that nothing can be saved, what is under way, else that all is kept. */
export function StateLine() {
  const work = useWork(backupWork);
  const [first, ...more] = useSyncExternalStore(watchUnsaved, unsavedDrafts);
  const reach = useReach();
  const running = useQuery(runOverviewQuery()).data?.running ?? 0;
  const [tone, words] =
    reach !== 'here'
      ? ['fail', m.state_lost()]
      : work.status === 'running'
        ? ['run', m.state_backing_up()]
        : first
          ? ['warn', counted('state_unsaved', 1 + more.length)]
          : running > 0
            ? ['run', m.state_running({ running: counted('n_running', running) })]
            : ['ok', m.state_all_saved()];
  return (
    <span className={styles.line} role="status" data-testid="state">
      <span className={styles.dot} style={{ background: `var(--${tone})` }} />
      {tone === 'warn' && first ? (
        <Link {...documentLink(first.kind, first.id)} className={styles.words}>
          {words}
        </Link>
      ) : (
        <span className={styles.words}>{words}</span>
      )}
    </span>
  );
}
