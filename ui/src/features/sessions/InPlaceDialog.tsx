import { useState } from 'react';
import { Button, Dialog, ErrorNotice, Icon, Notice, Spring } from '@/components';
import { counted, label, listed, m, visible } from '@/i18n';
import type {
  Input,
  SessionInPlaceFile,
  SessionInPlacePlan,
  SessionPutInPlace,
  SessionShow,
} from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { useLongLook } from '../useLongLook';
import styles from './InPlaceDialog.module.css';
import { InPlaceLeft, lacksKeys, OpenCopy } from './InPlaceLeft';
import wizard from './RecoveryWizard.module.css';
import { reasonWords } from './words';
import { type Cancelled, inPlaceWork, usePutInPlace } from './work';

/** So many other sessions are named. */
const NAMED = 3;

interface Props {
  session: SessionShow;
  from: Omit<Input<'session_in_place_plan'>, 'id'>;
  /** What is put back is what was there before an earlier time. */
  isWayBack?: boolean;
  onClose: () => void;
}

/** What putting files back where they were would do, before it is done; and what was left, after. */
export function InPlaceDialog({ session, from, isWayBack = false, onClose }: Props) {
  // Files that are made although their keys are not kept: each of them somebody's own choice.
  const [masked, setMasked] = useState<readonly string[]>([]);
  const look = useLongLook('session_in_place_plan', {
    id: session.id,
    ...from,
    ...(masked.length > 0 && { make_masked: [...masked] }),
  });
  const work = useWork(inPlaceWork(session.id));
  const { put, tell } = usePutInPlace(session);
  const [done, setDone] = useState<SessionPutInPlace | null>(null);
  const [cancelled, setCancelled] = useState<Cancelled | null>(null);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const plan = look.data;
  const count = plan ? plan.files.filter(isWritten).length : 0;
  const close = () => {
    inPlaceWork(session.id).forget();
    onClose();
  };
  const again = () => {
    inPlaceWork(session.id).forget();
    void look.refetch();
  };
  const go = async () => {
    if (!plan) return;
    setCancelled(null);
    const result = await put(plan);
    if (result === 'cancelled' || result === 'goes-on') return setCancelled(result);
    if (!result) return;
    tell(result);
    if (result.left.length > 0 || result.made_masked) setDone(result);
    else close();
  };
  const error = look.error ?? work.error;
  return (
    <Dialog
      isOpen
      onClose={close}
      closing={isBusy ? 'held' : 'free'}
      title={m.session_in_place_title({ name: visible(session.name) })}
      data-testid="dialog-in-place"
      foot={
        !isBusy && (
          <>
            <Spring />
            <Button onPress={close} data-testid="in-place-close">
              {done || (plan && count === 0) ? m.close() : m.cancel()}
            </Button>
            {!done && cancelled !== 'goes-on' && count > 0 && (
              <Button
                look="primary"
                isDisabled={look.isFetching || error !== null}
                onPress={() => void go()}
                data-testid="in-place-go"
              >
                {counted('session_in_place_go', count)}
              </Button>
            )}
          </>
        )
      }
    >
      {isBusy && (
        <WorkProgress
          title={m.session_in_place_doing()}
          {...work}
          onCancel={() => inPlaceWork(session.id).cancel()}
        />
      )}
      {work.status === 'cancelling' && <p>{m.session_in_place_cancelling()}</p>}
      {!isBusy && cancelled && (
        <Notice tone="warn" icon="info" data-testid="in-place-cancelled">
          {cancelled === 'goes-on' ? m.session_in_place_goes_on() : m.session_in_place_cancelled()}
        </Notice>
      )}
      {!isBusy && error && <ErrorNotice error={error} onRetry={again} />}
      {!isBusy && !plan && !error && !done && (
        <WorkProgress
          title={m.session_looking_today()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={close}
        />
      )}
      {!isBusy && !error && plan && !done && cancelled !== 'goes-on' && (
        <Plan
          session={session}
          plan={plan}
          count={count}
          isWayBack={isWayBack}
          onMask={(path, wanted) =>
            setMasked(wanted ? [...masked, path] : masked.filter((one) => one !== path))
          }
        />
      )}
      {!isBusy && done && <InPlaceLeft session={session.id} done={done} />}
    </Dialog>
  );
}

/** Whether steps of it are still to come that find these files. */
function isAtWork({ status, run_id, works_with }: SessionShow): boolean {
  return status === 'active' && run_id !== undefined && works_with === 'file';
}

function isWritten({ act }: SessionInPlaceFile): boolean {
  return act === 'makes' || act === 'makes_masked' || act === 'replaces';
}

interface PlanProps {
  session: SessionShow;
  plan: SessionInPlacePlan;
  count: number;
  isWayBack: boolean;
  onMask: (path: string, wanted: boolean) => void;
}

function Plan({ session, plan, count, isWayBack, onMask }: PlanProps) {
  const others = plan.files.filter(({ act }) => act !== 'same');
  const same = plan.files.length - others.length;
  const replaced = plan.files.filter(({ act }) => act === 'replaces');
  const withKeys = replaced.filter(({ holds_keys }) => holds_keys).length;
  const users = plan.used_by.map(({ name }) => visible(name));
  return (
    <>
      <p>{count > 0 ? m.session_in_place_where() : m.session_in_place_nothing()}</p>
      <div className={wizard.place}>
        <Icon name="folder" />
        <code data-selectable>{visible(plan.root)}</code>
      </div>
      {others.length > 0 && (
        <ul className={styles.acts} data-testid="in-place-files">
          {others.map((file) => (
            <File key={file.path} file={file} onMask={onMask} />
          ))}
        </ul>
      )}
      {session.overlay !== undefined && others.some(({ reason }) => lacksKeys(reason)) && (
        <OpenCopy session={session.id} />
      )}
      {same > 0 && <p>{counted('session_in_place_same', same)}</p>}
      {isAtWork(session) && count > 0 && (
        <Notice tone="warn" icon="warn" data-testid="in-place-at-work">
          {m.session_in_place_at_work()}
        </Notice>
      )}
      {users.length > 0 && count > 0 && (
        <Notice tone="warn" icon="warn">
          {m.session_in_place_users({ names: listed(users, NAMED) })}
        </Notice>
      )}
      {replaced.length > 0 && (
        <p className={styles.kept}>
          <span className={styles.shield}>
            <Icon name="shield" />
          </span>
          <span>
            {m.session_in_place_first()}
            {withKeys > 0 && ` ${counted('session_in_place_first_keys', withKeys)}`}
          </span>
        </p>
      )}
      {isWayBack && <p>{m.session_in_place_stay()}</p>}
    </>
  );
}

interface FileProps {
  file: SessionInPlaceFile;
  onMask: PlanProps['onMask'];
}

function File({ file, onMask }: FileProps) {
  const isMasked = file.act === 'makes_masked';
  const canBeMade = file.reason?.code === 'in_place_masked_gone';
  return (
    <li className={styles.act} data-testid={`act-${file.path}`}>
      <span className={styles.name}>
        <Icon name={file.holds_keys ? 'lock' : 'file'} />
        {visible(file.path)}
      </span>
      <span className={styles[file.act]}>{label('session_in_place_act', file.act)}</span>
      {file.reason && <small className={styles.why}>{reasonWords(file.reason)}</small>}
      {(canBeMade || isMasked) && (
        <span className={styles.choice}>
          <Button
            look={isMasked ? 'quiet' : 'plain'}
            onPress={() => onMask(file.path, canBeMade)}
            aria-label={m.labelled({
              label: isMasked ? m.session_in_place_mask_not() : m.session_in_place_mask(),
              text: visible(file.path),
            })}
            data-testid={`mask-${file.path}`}
          >
            {isMasked ? m.session_in_place_mask_not() : m.session_in_place_mask()}
          </Button>
        </span>
      )}
    </li>
  );
}
