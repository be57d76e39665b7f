import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button, Dialog, ErrorNotice, Notice, Spring } from '@/components';
import { begun, counted, m, say, visible } from '@/i18n';
import { CallError, type SessionLostFile, type SessionScrubbed } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import styles from './CleanUpSnapshots.module.css';
import { changedHere, scrubWork } from './work';

interface Props {
  onClose: () => void;
}

/** All that snapshots keep, read through; what is damaged is repaired from wherever it still is. */
export function ScrubDialog({ onClose }: Props) {
  const client = useQueryClient();
  const work = useWork(scrubWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const close = () => {
    scrubWork.forget();
    onClose();
  };
  const check = async () => {
    try {
      await scrubWork.start({});
    } catch (thrown) {
      // A failure stands in the dialog.
      if (CallError.from(thrown).code === 'cancelled') close();
    } finally {
      changedHere(client);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins with the dialog, and once
  useEffect(() => {
    if (scrubWork.state.status === 'idle') void check();
  }, []);
  return (
    <Dialog
      isOpen
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={m.scrub_title()}
      subtitle={m.scrub_words()}
      data-testid="dialog-scrub"
      foot={
        !isBusy && (
          <>
            <Spring />
            <Button look="primary" onPress={close} autoFocus data-testid="scrub-close">
              {m.close()}
            </Button>
          </>
        )
      }
    >
      {work.error && <ErrorNotice error={work.error} onRetry={() => void check()} />}
      {work.result && <Outcome done={work.result} />}
      {isBusy && (
        <WorkProgress title={m.scrub_working()} {...work} onCancel={() => scrubWork.cancel()} />
      )}
    </Dialog>
  );
}

function Outcome({ done }: { done: SessionScrubbed }) {
  const { checked, repaired, damaged, rewritten, recounted, orphans, closed } = done;
  return (
    <>
      {damaged.length === 0 ? (
        <Notice tone="ok" icon="check" data-testid="scrub-sound">
          {checked === 0 ? m.snapshots_none() : counted('scrub_sound', checked)}
        </Notice>
      ) : (
        <Lost damaged={damaged} away={done.away} />
      )}
      {closed > 0 && (
        <Notice tone="warn" icon="lock" data-testid="scrub-closed">
          {counted('snapshots_closed', closed)}
        </Notice>
      )}
      {repaired > 0 && <p className={styles.hint}>{counted('scrub_repaired', repaired)}</p>}
      {rewritten > 0 && <p className={styles.hint}>{counted('scrub_rewritten', rewritten)}</p>}
      {recounted > 0 && <p className={styles.hint}>{counted('scrub_recounted', recounted)}</p>}
      {orphans > 0 && <p className={styles.hint}>{counted('scrub_orphans', orphans)}</p>}
    </>
  );
}

interface LostProps {
  damaged: readonly SessionLostFile[];
  away: readonly string[];
}

function Lost({ damaged, away }: LostProps) {
  return (
    <section data-testid="scrub-damaged">
      <Notice tone="warn" icon="warn">
        {counted('scrub_damaged', damaged.length)}
      </Notice>
      <ResultList
        rows={damaged.map(({ path, sessions, reason }) => ({
          name: path === '' ? m.session_read_from() : visible(path),
          reason: `${begun(visible(say(reason)))} · ${counted('scrub_needed', sessions.length)}`,
        }))}
      />
      {away.map((path) => (
        <p key={path} className={styles.hint}>
          {m.scrub_away({ path: visible(path) })}
        </p>
      ))}
      <p className={styles.hint}>{m.scrub_damaged_hint()}</p>
    </section>
  );
}
