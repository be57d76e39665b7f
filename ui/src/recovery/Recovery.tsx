import { useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { counted, m, sayError, sayHints, sentences, when } from '@/i18n';
import { CallError, type PickedPlace } from '@/ipc';
import { type Recovered, type RecoveryState, recovery, type SafetyCopy } from '@/ipc/recovery';
import styles from './Recovery.module.css';

type Stage =
  | { at: 'trouble'; failure?: CallError; of?: 'restore' }
  | { at: 'restoring' }
  | { at: 'restored'; what: Recovered };

interface MendProps {
  /** The newest good backup. */
  backup: PickedPlace | null;
  isBusy: boolean;
  onRestore: (token: string) => void;
  onRestoreOther: () => void;
}

/** Why the data cannot be opened, in plain words, and what can be done about it. */
export function Recovery({ state }: { state: RecoveryState }) {
  const [stage, setStage] = useState<Stage>({ at: 'trouble' });
  const error = new CallError(state.error);

  async function attempt(step: () => Promise<void>, of?: 'restore') {
    try {
      await step();
    } catch (thrown) {
      setStage({ at: 'trouble', failure: CallError.from(thrown), of });
    }
  }
  const restore = (token: string) =>
    attempt(async () => {
      setStage({ at: 'restoring' });
      setStage({ at: 'restored', what: await recovery.restore(token) });
    }, 'restore');
  const pickAndRestore = () =>
    attempt(async () => {
      const picked = await recovery.pickBackup(m.recovery_pick_backup_title());
      if (picked) await restore(picked.token);
    });

  if (stage.at === 'restored') {
    const { documents, set_aside } = stage.what;
    return (
      <main className={styles.page}>
        <span className={styles.good}>
          <Icon name="check" />
        </span>
        <h1 data-testid="page-title">{counted('recovery_restored', documents)}</h1>
        <p data-selectable>{m.recovery_set_aside({ path: set_aside })}</p>
        <div className={styles.actions}>
          <Button
            look="primary"
            data-testid="recovery-open"
            onPress={() => void attempt(recovery.tryAgain)}
          >
            {m.recovery_open_flowkeep()}
          </Button>
        </div>
      </main>
    );
  }

  const busy = stage.at === 'restoring';
  // Then the sentence says where the database is; "as it was" would be untrue.
  const notBack = stage.at === 'trouble' && stage.failure?.code === 'put_back_failed';
  return (
    <main className={styles.page} aria-busy={busy}>
      <span className={styles.bad}>
        <Icon name="warn" />
      </span>
      <h1 data-testid="page-title">{m.recovery_title()}</h1>
      <p data-testid="recovery-reason" data-selectable>
        {sentences(sayError(error), ...sayHints(error))}
      </p>
      {notBack || <p className={styles.quiet}>{m.recovery_untouched()}</p>}
      <dl className={styles.folder}>
        <dt>{m.recovery_folder()}</dt>
        <dd data-selectable>{state.folder}</dd>
      </dl>

      {stage.at === 'trouble' && stage.failure && (
        <p role="alert" className={styles.failure} data-testid="recovery-failure">
          {sentences(
            stage.of === 'restore' && !notBack && m.recovery_restore_failed(),
            sayError(stage.failure),
            ...sayHints(stage.failure),
          )}
        </p>
      )}
      {state.remedy === 'earlier_copy' && (
        <EarlierCopy isBusy={busy} onUse={(token) => void restore(token)} />
      )}
      {state.remedy === 'restore' && (
        <Mend
          backup={state.backup}
          isBusy={busy}
          onRestore={(token) => void restore(token)}
          onRestoreOther={() => void pickAndRestore()}
        />
      )}
      <div className={styles.actions}>
        <Button
          isDisabled={busy}
          data-testid="recovery-try-again"
          onPress={() => void attempt(recovery.tryAgain)}
        >
          {m.recovery_try_again()}
        </Button>
        <Button isDisabled={busy} onPress={() => void attempt(recovery.openFolder)}>
          {m.recovery_open_folder()}
        </Button>
        <Button
          isDisabled={busy}
          data-testid="recovery-choose-folder"
          onPress={() =>
            void attempt(() => recovery.chooseFolder(m.recovery_choose_folder_title()))
          }
        >
          {m.recovery_choose_folder()}
        </Button>
        {state.chosen && (
          <Button
            isDisabled={busy}
            data-testid="recovery-usual-folder"
            onPress={() => void attempt(recovery.usualFolder)}
          >
            {m.recovery_usual_folder()}
          </Button>
        )}
      </div>
      <p className={styles.quiet}>
        {state.told ? m.recovery_choose_folder_told() : m.recovery_choose_folder_note()}
      </p>
    </main>
  );
}

/**
 * The ways to get the data back. A safety copy is read from end to end before it is offered, which
 * may take a while: it is added where it moves no other button, and until then the newest backup,
 * which may be older, cannot be taken in its stead.
 */
function Mend({ backup, isBusy, onRestore, onRestoreOther }: MendProps) {
  const [copy, setCopy] = useState<SafetyCopy | null | 'looking'>('looking');
  useEffect(() => {
    // One that cannot be asked for is not offered.
    recovery.safetyCopy().then(setCopy, () => setCopy(null));
  }, []);
  const looking = copy === 'looking';
  const found = looking ? null : copy;
  return (
    <section className={styles.mend}>
      <p>{isBusy ? m.recovery_restoring() : m.recovery_restore_note()}</p>
      <div className={styles.actions}>
        {backup && (
          <Button
            look={looking || found ? 'plain' : 'primary'}
            isDisabled={isBusy || looking}
            data-testid="recovery-restore-newest"
            onPress={() => onRestore(backup.token)}
          >
            {m.recovery_restore_newest()}
          </Button>
        )}
        <Button isDisabled={isBusy} data-testid="recovery-restore-other" onPress={onRestoreOther}>
          {m.recovery_restore_other()}
        </Button>
        {found && (
          <Button
            look="primary"
            isDisabled={isBusy}
            data-testid="recovery-use-copy"
            onPress={() => onRestore(found.place.token)}
          >
            {m.recovery_use_copy()}
          </Button>
        )}
      </div>
      <p className={styles.quiet} role="status">
        {looking
          ? m.recovery_copy_looking()
          : found
            ? m.recovery_copy_note({ when: when(found.made_at) })
            : m.recovery_copy_none()}
      </p>
    </section>
  );
}

/** Newer data is well and stays; the copy from before it became newer is there for who needs it now. */
function EarlierCopy({ isBusy, onUse }: { isBusy: boolean; onUse: (token: string) => void }) {
  const [copy, setCopy] = useState<SafetyCopy | null>(null);
  useEffect(() => {
    // One that cannot be asked for is not offered.
    recovery.safetyCopy().then(setCopy, () => setCopy(null));
  }, []);
  if (!copy) return null;
  return (
    <section className={styles.mend}>
      <p>{m.recovery_earlier_note({ when: when(copy.made_at) })}</p>
      <div className={styles.actions}>
        <Button
          isDisabled={isBusy}
          data-testid="recovery-use-copy"
          onPress={() => onUse(copy.place.token)}
        >
          {m.recovery_use_copy()}
        </Button>
      </div>
    </section>
  );
}
