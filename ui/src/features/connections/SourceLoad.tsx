import { useQuery } from '@tanstack/react-query';
import { counted, m, number } from '@/i18n';
import styles from './ConnectionsPage.module.css';
import { sourceLoadsQuery } from './queries';

/** How many tasks use a source now, of how many at a time; nothing while none does. */
export function SourceLoad({ name }: { name: string }) {
  const load = useQuery(sourceLoadsQuery()).data?.get(name);
  if (!load || load.running === 0) return null;
  return (
    <small className={styles.quiet}>
      {[
        counted('source_running', load.running),
        load.most && m.source_most({ most: number(load.most) }),
      ]
        .filter(Boolean)
        .join(' · ')}
    </small>
  );
}
