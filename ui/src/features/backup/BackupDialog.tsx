import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Icon, Notice, PlaceLine, Spring, Tick } from '@/components';
import { bytes, counted, m, say, sentences } from '@/i18n';
import { type KindCount, type PickedPlace, shell } from '@/ipc';
import { tellFailure } from '../command';
import { settingsQuery } from '../settings/queries';
import styles from './BackupDialog.module.css';
import { backupPlanQuery } from './queries';
import { useStartBackup } from './useStartBackup';

interface Props {
  onClose: () => void;
}

/** What goes into it. A catalog with no documents can be backed up, too. */
function Contents({ items }: { items: readonly KindCount[] }) {
  if (items.every((item) => item.count === 0)) return <p>{m.backup_no_documents()}</p>;
  return (
    <ul className={styles.items}>
      {items.map((item) => (
        <li key={item.kind}>{counted(`n_${item.kind}s`, item.count)}</li>
      ))}
    </ul>
  );
}

/** Before a backup: where to, what will be written, whether it fits. */
export default function BackupDialog({ onClose }: Props) {
  const navigate = useNavigate();
  const settings = useQuery(settingsQuery());
  const [picked, setPicked] = useState<PickedPlace | null>(null);
  const [remember, setRemember] = useState(true);
  const startBackup = useStartBackup();
  const chosen = settings.data?.backup_folder ?? null;
  const into = picked ? { picked: picked.token } : undefined;
  const plan = useQuery(backupPlanQuery(into, picked !== null || chosen !== null));
  const place = picked?.label ?? plan.data?.into ?? chosen;
  const canStart = plan.data !== undefined && plan.data.refused === null;

  const pick = async () => {
    try {
      const folder = await shell.pick_folder({ title: m.backup_pick_title() });
      if (folder) setPicked(folder);
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const start = () => {
    onClose();
    void startBackup({ into, remember: picked !== null && remember });
    void navigate({ to: '/backup' });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.backup_dialog_title()}
      data-testid="dialog-backup"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            // Drawn anew once it can be pressed, so that it takes the focus then.
            key={canStart ? 'ready' : 'waiting'}
            look="primary"
            isDisabled={!canStart}
            onPress={start}
            autoFocus={canStart}
            data-testid="start-backup"
          >
            {m.backup_start()}
          </Button>
        </>
      }
    >
      <PlaceLine
        place={place ?? m.backup_no_folder()}
        verb={place ? m.change() : m.choose_folder()}
        onChange={() => void pick()}
        data-testid="choose-backup-folder"
      />
      {picked && (
        <Tick state={remember} onChange={setRemember}>
          {m.backup_remember()}
        </Tick>
      )}
      {plan.error && <ErrorNotice error={plan.error} onRetry={() => plan.refetch()} />}
      {plan.data && (
        <>
          <Contents items={plan.data.items} />
          {plan.data.with_keys > 0 && (
            <Notice tone="warn" icon="warn" data-testid="backup-with-keys">
              {counted('backup_with_keys', plan.data.with_keys)}
            </Notice>
          )}
          {plan.data.refused ? (
            <Notice tone="fail" icon="cross" data-testid="backup-refused">
              {say(plan.data.refused)}
            </Notice>
          ) : (
            <p className={styles.fits}>
              <Icon name="check" />
              {m.backup_fits({ size: bytes(plan.data.bytes), free: bytes(plan.data.free) })}
            </p>
          )}
          <p className={styles.hint}>{sentences(m.backup_how(), m.backup_without_files())}</p>
        </>
      )}
    </Dialog>
  );
}
