import { Button, Notice } from '@/components';
import { tellFailure } from '@/features/command';
import { m } from '@/i18n';
import { shell } from '@/ipc';
import styles from './ReachNotice.module.css';
import { useReach } from './reach';

/** Over every page: that the data is out of reach, or newer than this app. */
export function ReachNotice() {
  const reach = useReach();
  if (reach === 'here') return null;
  return (
    <div className={styles.notice} data-testid={`data-${reach}`}>
      {reach === 'newer' ? (
        <Notice tone="warn" icon="info" end={<Restart />}>
          {m.data_newer()}
        </Notice>
      ) : (
        <Notice tone="fail" icon="warn">
          {m.connection_lost()}
        </Notice>
      )}
    </div>
  );
}

function Restart() {
  return (
    <Button
      look="primary"
      onPress={() => void shell.restart().catch(tellFailure)}
      data-testid="restart"
    >
      {m.restart()}
    </Button>
  );
}
