import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  Chip,
  Dialog,
  ErrorNotice,
  Notice,
  Spring,
  Tick,
  toast,
  useRested,
} from '@/components';
import { begun, bytes, counted, dated, m, say, visible } from '@/i18n';
import {
  CallError,
  type SessionCleanedUp,
  type SessionCleanUpItem,
  type Settings,
  type SettingsUpdate,
} from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import { LimitField } from '../settings/LimitField';
import styles from './CleanUpSnapshots.module.css';
import { keptDays, mostTelling } from './cleanUp';
import { cleanUpQuery } from './queries';
import { shortPath } from './shortPath';
import { changedHere, cleanUpWork } from './work';

/** How long typing rests before it is looked what would go, in milliseconds. */
const REST = 250;

interface Props {
  settings: Settings;
  onClose: () => void;
}

/** Which snapshots go, shown before any does; and whether they go by themselves from then on. */
export function CleanUpSnapshots({ settings, onClose }: Props) {
  const had = keptDays(settings);
  const client = useQueryClient();
  const [days, setDays] = useState<number | null | undefined>(had ?? 30);
  const [isDaily, setIsDaily] = useState(had !== null);
  const update = useCommand('settings_update', ['settings', 'operation']);
  const work = useWork(cleanUpWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const rested = useRested(days, REST);
  const plan = useQuery({
    ...cleanUpQuery(rested ?? 0),
    enabled: typeof rested === 'number' && !isBusy,
    placeholderData: keepPreviousData,
  });
  const isNumber = typeof days === 'number';
  const isLooking = isNumber && (rested !== days || plan.isPlaceholderData || plan.isPending);
  const going = isNumber ? (plan.data?.removed ?? 0) : 0;
  const wanted = isDaily && isNumber ? days : 0;
  const isChanged = wanted !== (had ?? 0);
  const close = () => {
    cleanUpWork.forget();
    onClose();
  };
  const keep = () => {
    const next: SettingsUpdate = { snapshot_keep_days: wanted };
    if (isChanged) update.mutate(next, { onError: tellFailure });
  };
  const apply = async () => {
    if (going === 0) {
      keep();
      close();
      return;
    }
    try {
      const seen = plan.data?.seen;
      const done = await cleanUpWork.start({ older_than: `${days}d`, ...(seen && { seen }) });
      keep();
      toast({ text: counted('snapshots_removed', done.removed) });
      if (done.failed.length === 0) close();
    } catch (thrown) {
      // A failure stands in the dialog.
      if (CallError.from(thrown).code === 'cancelled') close();
      else void plan.refetch();
    } finally {
      changedHere(client);
    }
  };
  return (
    <Dialog
      isOpen
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={m.snapshots_clean_up_title()}
      subtitle={m.snapshots_clean_up_words()}
      data-testid="dialog-clean-up-snapshots"
      foot={
        !isBusy && (
          <>
            <Tick state={isDaily} onChange={setIsDaily} data-testid="snapshots-daily">
              {m.archives_clean_up_daily()}
            </Tick>
            <Spring />
            <Button onPress={close}>{m.cancel()}</Button>
            <Button
              look={going > 0 ? 'danger' : 'primary'}
              isDisabled={(going === 0 && !isChanged) || isLooking || days === undefined}
              onPress={() => void apply()}
              data-testid="clean-up-snapshots-apply"
            >
              {going > 0 ? counted('snapshots_clean_up_apply', going) : m.archives_rule_save()}
            </Button>
          </>
        )
      }
    >
      {isBusy ? (
        <WorkProgress
          title={m.snapshots_clean_up_working()}
          {...work}
          onCancel={() => cleanUpWork.cancel()}
        />
      ) : (
        <>
          <div className={styles.limit}>
            <span aria-hidden>{m.snapshots_days()}</span>
            <LimitField
              label={m.snapshots_days()}
              none={m.limit_never()}
              value={days ?? null}
              onChange={setDays}
              onType={setDays}
              data-testid="snapshots-days"
            />
          </div>
          {(work.error ?? plan.error) && <ErrorNotice error={work.error ?? plan.error} />}
          {work.result && work.result.failed.length > 0 && (
            <ResultList
              rows={work.result.failed.map(({ file, reason }) => ({
                name: visible(file),
                reason: begun(visible(say(reason))),
              }))}
            />
          )}
          {/* The last plan stays where it is until the next one is there, so that nothing moves under the hand. */}
          <div className={styles.plan} data-old={isLooking || undefined}>
            <Plan plan={plan.data} isNumber={isNumber} isLooking={isLooking} />
            <p className={styles.hint}>{m.snapshots_clean_up_for_good()}</p>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface PlanProps {
  plan: SessionCleanedUp | undefined;
  /** Whether anything is asked to go. */
  isNumber: boolean;
  isLooking: boolean;
}

/** What would go, and why the rest stays. */
function Plan({ plan, isNumber, isLooking }: PlanProps) {
  const items = mostTelling(plan?.items ?? []);
  const left = (plan?.items.length ?? 0) - items.length;
  const isAhead = items.some(({ reason }) => reason === 'clock_ahead');
  return (
    <>
      {isAhead && (
        <Notice tone="warn" icon="warn" data-testid="snapshots-clock">
          {m.snapshots_clock_ahead()}
        </Notice>
      )}
      <p className={styles.sum} role="status" aria-busy={isLooking}>
        {isNumber ? sumOf(plan) : m.snapshots_kept_for_good()}
      </p>
      {isNumber && items.length > 0 && (
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard scrolls it too
          tabIndex={0}
          className={styles.snapshots}
          aria-label={m.session_tab_snapshots()}
        >
          {items.map((item) => (
            <Line key={item.snapshot} item={item} />
          ))}
        </ul>
      )}
      {isNumber && left > 0 && <p className={styles.hint}>{counted('snapshots_more', left)}</p>}
    </>
  );
}

function sumOf(plan: SessionCleanedUp | undefined): string {
  if (!plan) return m.archives_looking();
  if (plan.removed > 0)
    return counted('snapshots_would_go', plan.removed, { size: bytes(plan.freed_bytes) });
  return plan.kept > 0 ? counted('snapshots_none_go', plan.kept) : m.snapshots_none();
}

/** Columns there are for where the files of a session are. */
const ROOM = 56;

/** One snapshot and what becomes of it. */
function Line({ item }: { item: SessionCleanUpItem }) {
  const { name, snapshot, sequence, at, reason, written_over, place, begun_at } = item;
  const told = [
    m.snapshot_number({ number: sequence }),
    dated(at),
    written_over && m.snapshot_written_over(),
  ];
  const alike = [
    place !== undefined && shortPath(place, ROOM),
    begun_at !== undefined && m.session_begun_at({ when: dated(begun_at) }),
  ].filter((words) => typeof words === 'string');
  return (
    <li data-goes={reason === undefined || undefined} data-testid={`clean-up-${snapshot}`}>
      <span className={styles.name}>
        {visible(name)}
        <small>{told.filter(Boolean).join(' · ')}</small>
        {alike.length > 0 && (
          <small title={place && visible(place)}>{visible(alike.join(' · '))}</small>
        )}
      </span>
      <Fate reason={reason} />
    </li>
  );
}

function Fate({ reason }: Pick<SessionCleanUpItem, 'reason'>) {
  switch (reason) {
    case undefined:
      return (
        <Chip tone="fail" icon="trash">
          {m.archive_goes()}
        </Chip>
      );
    case 'newest':
      return <Chip>{m.snapshot_stays_newest()}</Chip>;
    case 'begin':
      return <Chip>{m.snapshot_stays_begin()}</Chip>;
    case 'best':
      return <Chip>{m.snapshot_stays_best()}</Chip>;
    case 'in_use':
      return <Chip>{m.snapshot_stays_in_use()}</Chip>;
    default:
      return <Chip>{m.snapshot_stays_young()}</Chip>;
  }
}
