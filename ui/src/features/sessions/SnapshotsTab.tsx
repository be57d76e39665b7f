import { useState } from 'react';
import { Button, Chip, type IconName, Menu, type Tone } from '@/components';
import { begun, bytes, counted, dated, exactly, label, listed, m, visible } from '@/i18n';
import type { SessionRestored, SessionShow, SessionSnapshot } from '@/ipc';
import { tellFailure } from '../command';
import { useWork } from '../longWork';
import { BringBackDialog } from './BringBackDialog';
import { isOfTheWork, newestOfTheWork, stepBetween } from './candidates';
import styles from './Files.module.css';
import { InPlaceDialog } from './InPlaceDialog';
import { NoSnapshots } from './NoSnapshots';
import { pickTarget } from './pick';
import { RestoredDialog } from './RestoredDialog';
import { filesWords } from './words';
import { restoreWork, useRestore } from './work';

interface Props {
  session: SessionShow;
  onFiles: (snapshot: string) => void;
}

/** The snapshots of a session, the newest first: when, why, and what had changed. */
export function SnapshotsTab({ session, onFiles }: Props) {
  const { snapshots } = session;
  const [back, setBack] = useState<SessionSnapshot | null>(null);
  if (snapshots.length === 0) return <NoSnapshots session={session} />;
  return (
    <>
      <ol className={styles.scroll} aria-label={m.session_tab_snapshots()}>
        {snapshots
          .map((snapshot, index) => (
            <Snapshot
              key={snapshot.id}
              session={session}
              snapshot={snapshot}
              before={newestOfTheWork(snapshots.slice(0, index))}
              onFiles={() => onFiles(snapshot.id)}
              onPutBack={() => setBack(snapshot)}
            />
          ))
          .toReversed()}
      </ol>
      {back !== null && (
        <InPlaceDialog
          session={session}
          from={{ snapshot: back.id }}
          isWayBack={!isOfTheWork(back)}
          onClose={() => setBack(null)}
        />
      )}
    </>
  );
}

const LOOKS: Record<SessionSnapshot['status'], { icon: IconName; tone: Tone }> = {
  complete: { icon: 'check', tone: 'ok' },
  partial: { icon: 'warn', tone: 'warn' },
  failed: { icon: 'cross', tone: 'fail' },
};

interface SnapshotProps {
  session: SessionShow;
  snapshot: SessionSnapshot;
  before: SessionSnapshot | undefined;
  onFiles: () => void;
  /** Puts its files back where they were. */
  onPutBack: () => void;
}

function Snapshot({ session, snapshot, before, onFiles, onPutBack }: SnapshotProps) {
  const { id, sequence, status, at, reason, files, strategy } = snapshot;
  const restore = useRestore(session.id);
  const isBusy = useWork(restoreWork(session.id)).status === 'running';
  const [restored, setRestored] = useState<SessionRestored | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isWork = isOfTheWork(snapshot);
  // It was whole when it was taken.
  const now = status === 'complete' && snapshot.damaged !== undefined ? 'partial' : status;
  const bringBack = async () => {
    setAsking(false);
    const to = await pickTarget(m.snapshot_bring_back_pick());
    if (!to) return;
    const result = await restore({ use: 'snapshot', snapshot: id, to: { picked: to.token } });
    const { error } = restoreWork(session.id).state;
    restoreWork(session.id).forget();
    if (result) setRestored(result);
    else if (error) tellFailure(error);
  };
  const size = bytes(snapshot.bytes);
  const told = isWork
    ? [
        begun(label('snapshot_reason', reason)),
        filesWords(files.length, size),
        label('strategy', strategy),
      ]
    : [counted('snapshot_written_over_files', files.length, { size })];
  const hasKeys = snapshot.encrypted || files.some((file) => file.masked);
  return (
    <li className={styles.snapshot} data-testid={`snapshot-${sequence}`}>
      <span className={styles.title}>
        <b title={exactly(at)}>
          {m.snapshot_number({ number: sequence })} · {dated(at)}
        </b>
        {isWork ? (
          <Chip {...LOOKS[now]}>{label('snapshot_status', now)}</Chip>
        ) : (
          <Chip tone="off">{m.snapshot_written_over()}</Chip>
        )}
        {snapshot.encrypted && (
          <Chip tone="ok" icon="key">
            {m.snapshot_encrypted()}
          </Chip>
        )}
        {snapshot.closed && (
          <Chip tone="warn" icon="lock">
            {m.snapshot_closed()}
          </Chip>
        )}
      </span>
      <span className={styles.detail}>{told.join(' · ')}</span>
      {snapshot.damaged !== undefined && (
        <span className={styles.detail}>{m.session_part_damaged()}</span>
      )}
      {isWork && before && <span className={styles.detail}>{changeWords(before, snapshot)}</span>}
      <span className={styles.deeds}>
        {!isWork && (
          <Button onPress={onPutBack} data-testid={`snapshot-put-back-${id}`}>
            {m.snapshot_put_back()}
          </Button>
        )}
        {(status !== 'failed' || files.length > 0) && (
          <Button
            isDisabled={isBusy}
            onPress={() => (hasKeys ? setAsking(true) : void bringBack())}
            aria-label={m.snapshot_bring_back_number({ number: sequence })}
            data-testid={`snapshot-back-${sequence}`}
          >
            {m.snapshot_bring_back()}
          </Button>
        )}
        <Button onPress={onFiles} data-testid={`snapshot-files-${id}`}>
          {m.session_tab_files()}
        </Button>
        {isWork && session.root !== undefined && status !== 'failed' ? (
          <Menu
            label={m.snapshot_more({ number: sequence })}
            entries={[
              {
                id: 'in-place',
                label: m.session_in_place_menu(),
                icon: 'undo',
                run: onPutBack,
              },
            ]}
            data-testid={`snapshot-more-${sequence}`}
          />
        ) : (
          <span className={styles.withoutMenu} />
        )}
      </span>
      {isAsking && (
        <BringBackDialog
          snapshot={snapshot}
          onChoose={() => void bringBack()}
          onClose={() => setAsking(false)}
        />
      )}
      {restored && (
        <RestoredDialog
          session={session}
          restored={restored}
          elsewhere={snapshot}
          onClose={() => setRestored(null)}
        />
      )}
    </li>
  );
}

/** So many files are named that are not as they were. */
const NAMED = 3;

/** What a snapshot holds otherwise than the one before. */
function changeWords(before: SessionSnapshot, after: SessionSnapshot): string {
  const { added, changed, left } = stepBetween(before, after);
  const told = [
    changed.length > 0 && counted('snapshot_changed', changed.length),
    added.length > 0 && counted('snapshot_added', added.length),
    left.length > 0 && counted('snapshot_left', left.length),
  ].filter((words) => typeof words === 'string');
  if (told.length === 0) return m.snapshot_same();
  const names = listed([...changed, ...added, ...left].map(visible), NAMED);
  return m.labelled({ label: told.join(' · '), text: names });
}
