import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, ErrorNotice, Lead, Notice, Page } from '@/components';
import { counted, m, say, sentences } from '@/i18n';
import { useWork } from '../longWork';
import { overviewQuery } from '../overview/queries';
import { backupSentence } from '../overview/sentence';
import { WorkProgress } from '../plan/WorkProgress';
import { PlanningDialog } from '../restore/PlanningDialog';
import { damagedRows, ResultList } from '../restore/ResultList';
import { useStartRestore } from '../restore/useStartRestore';
import { runOverviewQuery } from '../runs/queries';
import { settingsQuery } from '../settings/queries';
import BackupDialog from './BackupDialog';
import styles from './BackupPage.module.css';
import { BackupTable } from './BackupTable';
import { backupsQuery } from './queries';
import { Unfinished } from './Unfinished';
import { useChooseFolder } from './useFolder';
import { backupWork } from './work';

/** Making backups, the ones there are and how well they are, and the way to a restore. */
export function BackupPage() {
  const backups = useQuery(backupsQuery());
  const overview = useQuery(overviewQuery());
  const runs = useQuery(runOverviewQuery());
  const restore = useStartRestore();
  const [asking, setAsking] = useState(false);
  const work = useWork(backupWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  return (
    <Page
      title={m.nav_backup()}
      subtitle={overview.data ? backupSentence(overview.data, runs.data?.since_backup ?? 0) : ' '}
      end={
        <Button icon="undo" onPress={() => void restore.pick()} data-testid="restore">
          {m.restore_from_folder()}
        </Button>
      }
    >
      {isBusy ? (
        <Card>
          <div className={styles.work}>
            <WorkProgress
              title={m.backing_up()}
              {...work}
              after={m.backup_then_proven()}
              onCancel={() => backupWork.cancel()}
            />
          </div>
        </Card>
      ) : (
        <Folder onStart={() => setAsking(true)} />
      )}
      {work.status === 'failed' && (
        <ErrorNotice error={work.error} onRetry={() => setAsking(true)} />
      )}
      <Warnings />
      <Damaged />
      {backups.data && backups.data.unfinished.length > 0 && (
        <Unfinished items={backups.data.unfinished} />
      )}
      {backups.error && <ErrorNotice error={backups.error} onRetry={() => backups.refetch()} />}
      {backups.data && (
        <BackupTable list={backups.data} onRestore={(id) => void restore.start({ backup: id })} />
      )}
      {asking && <BackupDialog onClose={() => setAsking(false)} />}
      <PlanningDialog />
    </Page>
  );
}

/** Where backups go, and the step that helps most. */
function Folder({ onStart }: { onStart: () => void }) {
  const settings = useQuery(settingsQuery());
  const choose = useChooseFolder();
  const folder = settings.data?.backup_folder;
  return (
    <Card>
      <Lead
        icon="folder"
        sentence={folder ? <span data-selectable>{folder}</span> : m.backup_no_folder()}
        detail={sentences(
          folder ? m.backup_folder_hint() : m.backup_no_folder_hint(),
          m.backup_without_files(),
        )}
      >
        <Button onPress={() => void choose()} data-testid="choose-backup-folder">
          {folder ? m.change_folder() : m.choose_folder()}
        </Button>
        <Button look="primary" onPress={onStart} data-testid="backup-now">
          {m.backup_now()}
        </Button>
      </Lead>
    </Card>
  );
}

/** What did not go well though the backup just made is whole. */
function Warnings() {
  const { result } = useWork(backupWork);
  return result?.warnings.map((warning) => (
    <Notice key={warning.code} tone="wait" icon="warn">
      {say(warning)}
    </Notice>
  ));
}

/** What the backup just made could not take in. */
function Damaged() {
  const { result } = useWork(backupWork);
  if (!result || result.damaged.length === 0) return null;
  return (
    <Card title={counted('backup_done_damaged', result.damaged.length)} icon="warn" tone="fail">
      <div className={styles.list}>
        <ResultList rows={damagedRows(result.damaged)} />
      </div>
    </Card>
  );
}
