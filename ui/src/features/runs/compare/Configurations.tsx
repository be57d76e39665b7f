import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card } from '@/components';
import { counted, listed, m, visible } from '@/i18n';
import type { RunCompared, SessionSnapshot } from '@/ipc';
import { isOfTheWork, stepBetween } from '../../sessions/candidates';
import { sessionQuery } from '../../sessions/queries';
import { runQuery } from '../queries';
import styles from './Compare.module.css';

/** So many files are named. */
const NAMED = 6;

/** Whether what is kept of the configurations of two runs differs, and the way to it; nothing where neither has any. */
export function Configurations({ compared: { before, after } }: { compared: RunCompared }) {
  const then = useKept(before.run.id);
  const now = useKept(after.run.id);
  const shown = now ?? then;
  if (!shown) return null;
  return (
    <Card title={m.run_compared_configuration()} data-testid="compare-configurations">
      <div className={styles.part}>
        <p>
          {then && now
            ? words(then.snapshot, now.snapshot)
            : m.run_compared_configuration_one_only()}
        </p>
        <p>
          <Link
            to="/sessions/{-$id}"
            params={{ id: shown.session }}
            search={{ which: 'all', tab: 'files', snapshot: shown.snapshot.id }}
          >
            {m.run_compared_configuration_see()}
          </Link>
        </p>
      </div>
    </Card>
  );
}

function words(then: SessionSnapshot, now: SessionSnapshot): string {
  const { added, changed, left } = stepBetween(then, now);
  const names = [...changed, ...added, ...left].map(visible);
  if (names.length === 0) return m.run_compared_configuration_same();
  return counted('run_compared_configuration', names.length, { names: listed(names, NAMED) });
}

/** What was kept of the configuration of a run until it ended. */
function useKept(run: string): { session: string; snapshot: SessionSnapshot } | undefined {
  const shown = useQuery(runQuery(run)).data;
  const session = shown?.session;
  const { snapshots = [] } =
    useQuery({ ...sessionQuery(session ?? ''), enabled: session !== undefined }).data ?? {};
  const end = shown?.end_time ? Date.parse(shown.end_time) : Number.POSITIVE_INFINITY;
  const kept = snapshots.filter((one) => isOfTheWork(one) && one.files.length > 0);
  const snapshot = kept.findLast(({ at }) => Date.parse(at) <= end) ?? kept[0];
  return session !== undefined && snapshot ? { session, snapshot } : undefined;
}
