import { useSyncExternalStore } from 'react';
import { backupWork } from '@/features/backup/work';
import { unsavedCount, watchUnsaved } from '@/features/catalog/draft/drafts';
import { useWork } from '@/features/longWork';
import { counted, m } from '@/i18n';
import { useReach } from './reach';
import styles from './StateLine.module.css';

/** One quiet line at the foot of the sidebar: that nothing can be saved, what is under way, else that all is kept. */
export function StateLine() {
  const work = useWork(backupWork);
  const unsaved = useSyncExternalStore(watchUnsaved, unsavedCount);
  const reach = useReach();
  const [tone, words] =
    reach !== 'here'
      ? ['fail', m.state_lost()]
      : work.status === 'running'
        ? ['run', m.state_backing_up()]
        : unsaved > 0
          ? ['warn', counted('state_unsaved', unsaved)]
          : ['ok', m.state_all_saved()];
  return (
    <span className={styles.line} role="status" data-testid="state">
      <span className={styles.dot} style={{ background: `var(--${tone})` }} />
      <span className={styles.words}>{words}</span>
    </span>
  );
}
