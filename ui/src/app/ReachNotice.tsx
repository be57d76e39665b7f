import { Button, Notice } from '@/components';
import { tellFailure } from '@/features/command';
import { m } from '@/i18n';
import { shell } from '@/ipc';
import styles from './ReachNotice.module.css';
import { useReach } from './reach';

/** Over every page: that the data is out of reach, newer than this app, or can only be looked at. */
export function ReachNotice() {
  const reach = useReach();
  if (reach === 'here') return null;
  return (
    <div className={styles.notice} data-testid={`data-${reach}`}>
      <Said reach={reach} />
    </div>
  );
}

function Said({ reach }: { reach: 'only_read' | 'gone' | 'newer' }) {
  if (reach === 'newer') {
    return (
      <Notice tone="warn" icon="info" end={<Restart />}>
        {m.data_newer()}
      </Notice>
    );
  }
  if (reach === 'only_read') {
    return (
      <Notice tone="warn" icon="info">
        {m.data_only_read()}
      </Notice>
    );
  }
  return (
    <Notice tone="fail" icon="warn">
      {m.connection_lost()}
    </Notice>
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
