import { useQuery } from '@tanstack/react-query';
import { ErrorNotice, Icon } from '@/components';
import { m } from '@/i18n';
import type { RouteExplainInput } from '@/ipc';
import { sourcesQuery } from '../connections/queries';
import styles from './Explanation.module.css';
import { explained } from './explained';
import { explanationQuery } from './queries';

/** Which source a task would get, which rule chose it, and why each other was passed over. */
export function Explanation({ asked }: { asked: RouteExplainInput }) {
  const sources = useQuery(sourcesQuery()).data;
  const found = useQuery(explanationQuery(asked));
  if (found.error) return <ErrorNotice error={found.error} />;
  if (!found.data || !sources) return <p className={styles.waiting}>{m.explain_waiting()}</p>;
  const { head, others } = explained(found.data, sources);
  const isNone = !found.data.source && found.data.reason?.code !== 'route_not_needed';
  return (
    <div className={styles.explanation} data-testid="explanation" role="status">
      <p className={styles.head} data-tone={isNone ? 'fail' : undefined}>
        <Icon name={isNone ? 'warn' : found.data.source ? 'check' : 'info'} />
        <span>{head}</span>
      </p>
      {others.length > 0 && (
        <ul className={styles.others} aria-label={m.explain_others()}>
          {others.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
