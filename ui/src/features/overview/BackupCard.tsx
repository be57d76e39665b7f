import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Button, Card, Lead } from '@/components';
import { bytes, counted, m } from '@/i18n';
import type { Overview } from '@/ipc';
import { CHANGES } from '../activity/words';
import { backupWork } from '../backup/work';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { backupSentence } from './sentence';

/** Not needed for the first screen. */
const BackupDialog = lazy(() => import('../backup/BackupDialog'));

interface Props {
  overview: Overview;
  /** Runs made since that backup. */
  runsSince: number;
}

/** How sure one can be that nothing is lost, and the step that makes it surer. */
export function BackupCard({ overview, runsSince }: Props) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const work = useWork(backupWork);
  const { backup, changes_since, backup_folder } = overview;
  const { documents, deleted, settings } = changes_since;
  const isChanged = documents > 0 || deleted > 0 || settings;
  const all = overview.counts.reduce((sum, kind) => sum + kind.count, 0);
  const total = all - overview.example_documents + overview.sessions;
  const tone = backup ? 'ok' : total > 0 ? 'warn' : 'off';
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
      <Lead
        icon="shield"
        tone={tone}
        sentence={backupSentence(overview, runsSince)}
        detail={
          backup
            ? [
                backup.path,
                counted('n_items', backup.count),
                bytes(backup.bytes),
                m.health_proven(),
              ].join(' · ')
            : (backup_folder ?? m.never_backed_up_hint())
        }
      >
        {backup && isChanged && (
          <Button
            onPress={() =>
              void navigate({
                to: '/activity',
                search: { since: backup.created_at, operation: CHANGES },
              })
            }
            data-testid="see-changes"
          >
            {m.see_changes()}
          </Button>
        )}
        {backup && runsSince > 0 && (
          <Button
            onPress={() => void navigate({ to: '/runs', search: { since: backup.created_at } })}
            data-testid="see-runs"
          >
            {m.see_runs()}
          </Button>
        )}
        <Button
          // One step helps most: first it is asked where to.
          look={overview.ask_for_folder || (!backup && total === 0) ? 'plain' : 'primary'}
          onPress={() => setAsking(true)}
          data-testid="backup-now"
        >
          {m.backup_now()}
        </Button>
      </Lead>
      {asking && (
        <Suspense fallback={null}>
          <BackupDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </Card>
  );
}
