import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Icon, Notice, Spring, Tick, toast } from '@/components';
import { counted, m, visible } from '@/i18n';
import { CallError, type PickedPlace, type SessionStats } from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import styles from './MoveStoreDialog.module.css';
import { pickTarget } from './pick';
import { isGone, whyAway } from './storePlace';
import { changedHere, moveStoreWork } from './work';

interface Props {
  stats: SessionStats;
  onClose: () => void;
}

/** Where all that snapshots keep lies, and where it is to lie. */
export function MoveStoreDialog({ stats, onClose }: Props) {
  const client = useQueryClient();
  const work = useWork(moveStoreWork);
  const [to, setTo] = useState<PickedPlace | 'usual' | null>(null);
  const [isLost, setLost] = useState(false);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const close = () => {
    moveStoreWork.forget();
    onClose();
  };
  const pick = async () => {
    const picked = await pickTarget(m.store_move_pick());
    if (picked) setTo(picked);
  };
  const move = async () => {
    if (!to) return;
    const place = to === 'usual' ? {} : { to: { picked: to.token } };
    try {
      const moved = await moveStoreWork.start({ ...place, ...(isLost && { lost: true }) });
      if (moved.left.length + moved.unread.length > 0) return;
      toast({ text: m.store_moved({ path: visible(moved.store_dir) }) });
      close();
    } catch (thrown) {
      // A failure stands in the dialog.
      if (CallError.from(thrown).code === 'cancelled') close();
    } finally {
      changedHere(client);
    }
  };
  return (
    <Dialog
      isOpen
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={m.store_move_title()}
      subtitle={m.store_move_words()}
      data-testid="dialog-move-store"
      foot={
        !isBusy && (
          <>
            <Spring />
            <Button onPress={close} data-testid="move-store-close">
              {work.result ? m.close() : m.cancel()}
            </Button>
            {!work.result && (
              <Button
                look="primary"
                isDisabled={to === null || (isGone(stats) && !isLost)}
                onPress={() => void move()}
                data-testid="move-store-go"
              >
                {m.store_move_apply()}
              </Button>
            )}
          </>
        )
      }
    >
      {work.error && <ErrorNotice error={work.error} />}
      {isBusy && (
        <WorkProgress
          title={m.store_move_working()}
          {...work}
          onCancel={() => moveStoreWork.cancel()}
        />
      )}
      {work.result && (
        <>
          <Notice tone="ok" icon="check" data-testid="store-moved">
            {m.store_moved({ path: visible(work.result.store_dir) })}
          </Notice>
          <Stayed paths={work.result.unread} words="store_moved_unread" />
          <Stayed paths={work.result.left} words="store_moved_left" />
        </>
      )}
      {!isBusy && !work.result && (
        <>
          <dl className={styles.places}>
            <dt>{m.store_move_now()}</dt>
            <dd data-selectable>
              <Icon name="folder" />
              {visible(stats.store_dir)}
            </dd>
            <dt>{m.store_move_to()}</dt>
            <dd data-selectable data-testid="move-store-to" data-none={to === null || undefined}>
              <Icon name="folder" />
              {to === null
                ? m.store_move_to_none()
                : to === 'usual'
                  ? m.store_move_usual()
                  : visible(to.label)}
            </dd>
          </dl>
          <div className={styles.choices}>
            <Button onPress={() => void pick()} data-testid="move-store-pick">
              {m.store_move_pick_button()}
            </Button>
            {stats.store_chosen && (
              <Button onPress={() => setTo('usual')} data-testid="move-store-usual">
                {m.store_move_usual()}
              </Button>
            )}
          </div>
          {stats.store_away && (
            <>
              <Notice tone="warn" icon="warn">
                {whyAway(stats)}
              </Notice>
              {isGone(stats) && (
                <Tick state={isLost} onChange={setLost} data-testid="move-store-lost">
                  {m.store_move_lost()}
                </Tick>
              )}
              {isLost && <p className={styles.hint}>{m.store_move_lost_hint()}</p>}
            </>
          )}
        </>
      )}
    </Dialog>
  );
}

interface StayedProps {
  paths: readonly string[];
  words: 'store_moved_left' | 'store_moved_unread';
}

/** What is still at the old place, for one reason. */
function Stayed({ paths, words }: StayedProps) {
  if (paths.length === 0) return null;
  return (
    <>
      <p className={styles.hint}>{counted(words, paths.length)}</p>
      <ul className={styles.left}>
        {paths.map((path) => (
          <li key={path} data-selectable>
            {visible(path)}
          </li>
        ))}
      </ul>
    </>
  );
}
