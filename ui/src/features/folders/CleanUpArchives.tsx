import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Chip, Dialog, ErrorNotice, Spring, Tick, toast, useRested } from '@/components';
import { begun, bytes, counted, dated, m, say, visible } from '@/i18n';
import {
  CallError,
  type CleanUpRule,
  type FolderCleanedUp,
  type FolderCleanUpArchive,
  type FolderShow,
} from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { LongWork, useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import { LimitField } from '../settings/LimitField';
import styles from './CleanUpArchives.module.css';
import { isEmptyRule, MEGABYTE, sameRule, wantedOf } from './cleanUp';
import { archivedWords } from './files';
import { cleanUpQuery } from './queries';
import { isUnrecorded } from './record';

/** Offered where nothing was said yet: what most people would keep. */
const OFFERED: CleanUpRule = { keep: 10 };

/** How long typing rests before it is looked what would go, in milliseconds. */
const REST = 250;

/** The height of a line of the list, in pixels, and how many lines it has room for from the beginning. */
const LINE = 40;
const MOST_LINES = 6;

/** The clean-up that is under way, if one is. */
const cleanUpWork = new LongWork('folder_clean_up');

interface Props {
  folder: FolderShow;
  onClose: () => void;
}

/** Which archives of a folder go, shown before any does; and whether they go by themselves from then on. */
export function CleanUpArchives({ folder, onClose }: Props) {
  const { id, settings } = folder;
  const had = settings.clean_up;
  const client = useQueryClient();
  const [rule, setRule] = useState(isEmptyRule(had) ? OFFERED : had);
  const [isDaily, setIsDaily] = useState(!isEmptyRule(had));
  const set = useCommand('folder_set', ['folder', 'operation'], `folder ${id}`);
  const work = useWork(cleanUpWork);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const [wrong, setWrong] = useState<ReadonlySet<keyof CleanUpRule>>(new Set());
  const rested = useRested(rule, REST);
  const plan = useQuery({
    ...cleanUpQuery(id, rested),
    enabled: !isEmptyRule(rested) && !isBusy,
    placeholderData: keepPreviousData,
  });
  const isTyping = rested !== rule;
  const isUnlimited = isEmptyRule(rule);
  const isWrong = wrong.size > 0;
  const isLooking = !isUnlimited && (isTyping || plan.isPlaceholderData || plan.isPending);
  const found = plan.data;
  const archives = found?.folders[0]?.archives ?? [];
  const going = isUnlimited ? 0 : archives.filter(({ verdict }) => verdict === 'goes').length;
  const wanted = isDaily ? rule : {};
  const isChanged = !sameRule(wanted, had);
  const change = (key: keyof CleanUpRule, limit: number | null | undefined) => {
    const others = [...wrong].filter((one) => one !== key);
    setWrong(new Set(limit === undefined ? [...others, key] : others));
    if (limit !== undefined && (limit ?? undefined) !== rule[key])
      setRule((before) => ({ ...before, [key]: limit ?? undefined }));
  };
  const limit = (key: keyof CleanUpRule, unit = 1) => {
    const take = (next: number | null | undefined) => change(key, next && next * unit);
    const value = rule[key];
    return {
      value: value === undefined ? null : Math.round(value / unit),
      onChange: take,
      onType: take,
    };
  };
  const close = () => {
    cleanUpWork.forget();
    onClose();
  };
  const keep = () => {
    if (isChanged) set.mutate({ id, clean_up: wanted }, { onError: tellFailure });
  };
  const apply = async () => {
    if (going === 0) {
      keep();
      close();
      return;
    }
    try {
      const done = await cleanUpWork.start({ id, ...wantedOf(rule), seen: found?.seen });
      if (!done.cancelled) keep();
      toast({ text: counted('archives_removed', done.removed.length) });
      if (done.failed.length === 0) close();
    } catch (thrown) {
      // A failure stands in the dialog.
      if (CallError.from(thrown).code === 'cancelled') close();
      else void plan.refetch();
    } finally {
      invalidate(client, ['folder', 'operation']);
    }
  };
  return (
    <Dialog
      isOpen
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={m.archives_clean_up_title({ name: visible(folder.name) })}
      subtitle={m.archives_clean_up_words()}
      data-testid="dialog-clean-up-archives"
      foot={
        !isBusy && (
          <>
            <Tick state={isDaily} onChange={setIsDaily} data-testid="clean-up-daily">
              {m.archives_clean_up_daily()}
            </Tick>
            <Spring />
            <Button onPress={close}>{m.cancel()}</Button>
            <Button
              look={going > 0 && !isWrong ? 'danger' : 'primary'}
              isDisabled={(going === 0 && !isChanged) || isLooking || isWrong}
              onPress={() => void apply()}
              data-testid="clean-up-archives-apply"
            >
              {going > 0 && !isWrong
                ? counted('archives_clean_up_apply', going)
                : m.archives_rule_save()}
            </Button>
          </>
        )
      }
    >
      {isBusy ? (
        <WorkProgress
          title={m.archives_clean_up()}
          {...work}
          onCancel={() => cleanUpWork.cancel()}
        />
      ) : (
        <>
          <div className={styles.limits}>
            <Limit label={m.archives_keep()}>
              <LimitField
                label={m.archives_keep()}
                none={m.limit_none()}
                {...limit('keep')}
                data-testid="archives-keep"
              />
            </Limit>
            <Limit label={m.archives_days()}>
              <LimitField
                label={m.archives_days()}
                none={m.no_limit()}
                {...limit('older_than_days')}
                data-testid="archives-days"
              />
            </Limit>
            <Limit label={m.archives_megabytes()}>
              <LimitField
                label={m.archives_megabytes()}
                none={m.no_limit()}
                {...limit('max_bytes', MEGABYTE)}
                data-testid="archives-megabytes"
              />
            </Limit>
          </div>
          <p className={styles.hint} data-off={isWrong || undefined}>
            {m.archives_limits_hint()}
          </p>
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
          <div className={styles.plan} data-old={isLooking || isWrong || undefined}>
            <p className={styles.sum} role="status" aria-busy={isLooking}>
              {!isWrong && (isUnlimited ? m.archives_no_limit_set() : sumOf(found, going))}
            </p>
            <ul
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard scrolls it too
              tabIndex={0}
              className={styles.archives}
              style={{ minHeight: Math.min(folder.archives, MOST_LINES) * LINE }}
              aria-label={m.task_folder_archives()}
            >
              {archives.map((item) => (
                <Line
                  key={item.archive}
                  item={isUnlimited ? staying(item) : item}
                  isJudged={!isWrong}
                />
              ))}
            </ul>
            <p className={styles.hint}>{m.archives_clean_up_for_good()}</p>
          </div>
        </>
      )}
    </Dialog>
  );
}

/** An archive where nothing is asked to go. */
function staying(item: FolderCleanUpArchive): FolderCleanUpArchive {
  return item.verdict === 'goes' ? { ...item, verdict: 'stays' } : item;
}

function sumOf(found: FolderCleanedUp | undefined, going: number): string {
  if (!found) return m.archives_looking();
  if (going === 0) return m.archives_none_go();
  return counted('archives_would_go', going, { size: bytes(found.bytes) });
}

function Limit({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={styles.limit}>
      <span aria-hidden>{label}</span>
      {children}
    </div>
  );
}

interface LineProps {
  item: FolderCleanUpArchive;
  /** Whether it is known what becomes of it. */
  isJudged: boolean;
}

/** One archive and what becomes of it. */
function Line({ item, isJudged }: LineProps) {
  const { archive, created_at, verdict, reason } = item;
  return (
    <li
      data-goes={(isJudged && verdict === 'goes') || undefined}
      data-testid={`clean-up-${archive}`}
    >
      <span className={styles.when}>
        {created_at ? dated(created_at) : visible(archive)}
        {reason && <small>{begun(visible(say(reason)))}</small>}
      </span>
      <span className={styles.quiet}>
        {archivedWords(item)} · {bytes(item.bytes)}
      </span>
      {isJudged && <Fate verdict={verdict} reason={reason} />}
    </li>
  );
}

function Fate({ verdict, reason }: Pick<FolderCleanUpArchive, 'verdict' | 'reason'>) {
  switch (verdict) {
    case 'goes':
      return (
        <Chip tone="fail" icon="trash">
          {m.archive_goes()}
        </Chip>
      );
    case 'broken':
      return isUnrecorded({ broken: reason }) ? (
        <Chip icon="info">{m.archive_unrecorded()}</Chip>
      ) : (
        <Chip tone="warn" icon="warn">
          {m.archive_broken()}
        </Chip>
      );
    case 'newest':
      return <Chip>{m.archive_newest_stays()}</Chip>;
    case 'stays':
      return <Chip>{m.archive_stays_here()}</Chip>;
  }
}
