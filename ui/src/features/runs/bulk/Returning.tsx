import { Card } from '@/components';
import { m } from '@/i18n';
import { useWork } from '../../longWork';
import { WorkProgress } from '../../plan/WorkProgress';
import styles from './ChangeDialog.module.css';
import { undeleteWork } from './undelete';

/** How far deleted runs have come back, while they do, and how to stop that. */
export function Returning() {
  const work = useWork(undeleteWork);
  if (work.status !== 'running' && work.status !== 'cancelling') return null;
  return (
    <Card data-testid="runs-returning">
      <div className={styles.returning}>
        <WorkProgress title={m.runs_returning()} {...work} onCancel={() => undeleteWork.cancel()} />
      </div>
    </Card>
  );
}
