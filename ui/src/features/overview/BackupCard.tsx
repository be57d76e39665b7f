import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Card, Icon } from '@/components';
import { bytes, counted, m } from '@/i18n';
import type { Overview } from '@/ipc';
import { BackupDialog } from '../backup/BackupDialog';
import { backupWork } from '../backup/work';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import styles from './OverviewPage.module.css';
import { backupSentence } from './sentence';

/** How sure one can be that nothing is lost, and the step that makes it surer. */
export function BackupCard({ overview }: { overview: Overview }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const work = useWork(backupWork);
  const { backup, changes_since, backup_folder } = overview;
  const total = overview.counts.reduce((sum, kind) => sum + kind.count, 0);
  const tone = backup ? (changes_since > 0 ? 'warn' : 'ok') : total > 0 ? 'warn' : 'off';
  if (work.status === 'running' || work.status === 'cancelling') {
    return (
      <Card>
        <div style={{ padding: '10px 16px 14px' }}>
          <WorkProgress title={m.backing_up()} {...work} onCancel={() => backupWork.cancel()} />
        </div>
      </Card>
    );
  }
  return (
    <Card data-testid="backup-card">
      <div className={styles.safe}>
        <span
          className={styles.seal}
          style={{
            background: `var(--${backup ? 'ok' : tone}-bg)`,
            color: `var(--${backup ? 'ok' : tone})`,
          }}
        >
          <Icon name="shield" size={20} />
        </span>
        <div className={styles.words}>
          <p>{backupSentence(overview)}</p>
          <small>
            {backup
              ? [
                  backup.path,
                  counted('n_items', backup.count),
                  bytes(backup.bytes),
                  m.health_proven(),
                ].join(' · ')
              : (backup_folder ?? m.never_backed_up_hint())}
          </small>
        </div>
        {changes_since > 0 && backup && (
          <Button
            onPress={() => void navigate({ to: '/activity', search: { since: backup.created_at } })}
          >
            {m.see_changes()}
          </Button>
        )}
        <Button look="primary" onPress={() => setAsking(true)} data-testid="backup-now">
          {m.backup_now()}
        </Button>
      </div>
      {asking && <BackupDialog onClose={() => setAsking(false)} />}
    </Card>
  );
}
