import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button, ErrorNotice, Icon, Menu, Notice } from '@/components';
import { counted, listed, m, visible } from '@/i18n';
import type {
  SessionCandidate,
  SessionOwnCopy,
  SessionRecovery,
  SessionRestored,
  SessionShow,
} from '@/ipc';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { useRun } from '../runs/queries';
import { BrokenOffLine, brokenOff, showFirst } from '../runs/question/BrokenOffLine';
import { untrustedOf } from '../runs/sheet/untrusted';
import { useLongLook } from '../useLongLook';
import { CandidateRow } from './CandidateRow';
import { CopyState, type CopyUse, withoutProven } from './CopyState';
import {
  isChoosable,
  isWorthALine,
  keyOf,
  lackingKeys,
  newestOfTheWork,
  offered,
  recommended,
} from './candidates';
import { FilesThenAndNow } from './FilesThenAndNow';
import { InPlaceDialog } from './InPlaceDialog';
import { KeyNeeded } from './KeyNeeded';
import { PointTo } from './PointTo';
import { compareQuery, rootsQuery, sessionQuery } from './queries';
import styles from './RecoveryWizard.module.css';
import { RestoredDialog } from './RestoredDialog';
import { isNotStarted } from './stand';
import { TrustDialog } from './TrustDialog';
import { restoreWork, useExport, useGoOn, useRestore } from './work';

/** After so many attempts in a row that came to nothing, another way is named. */
const MANY = 3;

/** So many of the files are named that come back without their keys. */
const NAMED = 3;

/** How a session goes on: from what, with what that is not as it was, and after which decisions. */
export function RecoveryWizard({ session }: { session: SessionShow }) {
  const [isStopped, setStopped] = useState(false);
  if (!isStopped) return <Looking session={session} onStop={() => setStopped(true)} />;
  return (
    <div className={styles.alone}>
      <Button onPress={() => setStopped(false)} data-testid="look-again">
        {m.session_look_again()}
      </Button>
    </div>
  );
}

function Looking({ session, onStop }: { session: SessionShow; onStop: () => void }) {
  const look = useLongLook('session_recovery', { id: session.id }, true);
  const client = useQueryClient();
  // How its own copy stands is told at its head, too.
  const again = () => {
    void look.refetch();
    void client.invalidateQueries({ queryKey: sessionQuery(session.id).queryKey });
  };
  useRootChange(session, again);
  if (look.data)
    return (
      <Found
        session={session}
        recovery={look.data}
        onLookAgain={again}
        isLooking={look.isFetching}
      />
    );
  return (
    <div className={styles.alone}>
      {look.error ? (
        <ErrorNotice error={look.error} onRetry={again} />
      ) : (
        <WorkProgress
          title={m.session_looking()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={onStop}
        />
      )}
    </div>
  );
}

/** So often it is asked whether the folder of its files is there, in milliseconds. */
const EVERY = 5_000;

/** Looks again once the folder of its files goes or comes back: drives do that without a word. */
function useRootChange({ root }: SessionShow, onChange: () => void) {
  const roots = useQuery({
    ...rootsQuery(),
    enabled: root !== undefined,
    refetchInterval: EVERY,
    refetchOnWindowFocus: true,
  });
  const state = roots.data?.items.find(({ path }) => path === root)?.state;
  const before = useRef(state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each change of the folder
  useEffect(() => {
    if (state === undefined) return;
    if (before.current !== undefined && before.current !== state) onChange();
    before.current = state;
  }, [state]);
}

interface FoundProps {
  session: SessionShow;
  recovery: SessionRecovery;
  onLookAgain: () => void;
  isLooking: boolean;
}

function Found({ session, recovery, onLookAgain, isLooking }: FoundProps) {
  const [isEarlier, setEarlier] = useState(false);
  const shown = offered(recovery.candidates);
  const sources = isEarlier ? recovery.candidates.filter(isWorthALine(shown)) : shown;
  const proposed = recommended(sources);
  const [wanted, setWanted] = useState<string>();
  const choosable = sources.filter(isChoosable);
  const chosen = choosable.find((one) => keyOf(one) === wanted) ?? proposed;
  const snapshot =
    session.snapshots.find(({ id }) => id === chosen?.snapshot) ??
    newestOfTheWork(session.snapshots);
  const best = recovery.candidates.find((one) => one.source === 'snapshot')?.snapshot;
  const isOther = snapshot !== undefined && best !== undefined && snapshot.id !== best;
  const of = useQuery({
    ...compareQuery({ id: session.id, snapshot: snapshot?.id }),
    enabled: isOther,
  });
  const earlier = isEarlier
    ? 0
    : recovery.candidates.filter(isWorthALine(shown)).length - shown.length;
  const { run } = useRun(session.run_id ?? '', session.run_id !== undefined);
  const questions = run ? brokenOff(run) : [];
  const open = useRef<HTMLDivElement>(null);
  const isNew = isNotStarted(session);
  const exportSession = useExport(session);
  const differences = isOther ? of.data?.differences : recovery.differences;
  // What somebody has filled in is known of the one that is recommended.
  const stillLacking = () => {
    const filled = isOther ? [] : (recovery.filled_in ?? []);
    return lackingKeys(snapshot, differences ?? []).filter((path) => !filled.includes(path));
  };
  return (
    <>
      <div className={styles.both}>
        <div className={styles.scroll}>
          {(recovery.failures >= MANY || choosable.length === 0) && (
            <div className={styles.notice}>
              <Notice
                tone="warn"
                icon="info"
                end={
                  <Button onPress={() => void exportSession()} data-testid="export-session">
                    {m.session_export()}
                  </Button>
                }
              >
                {recovery.failures >= MANY
                  ? m.session_export_after_failures()
                  : m.session_export_by_hand()}
              </Notice>
            </div>
          )}
          <KeyNeeded candidates={recovery.candidates} onLookAgain={onLookAgain} />
          <PointTo session={session} recovery={recovery} />
          <div
            role="radiogroup"
            aria-label={isNew ? m.session_sources_start() : m.session_sources()}
          >
            {sources.map((one) => (
              <CandidateRow
                key={keyOf(one)}
                session={session}
                candidate={one}
                isRecommended={one === proposed}
                isChosen={one === chosen}
                onChoose={() => setWanted(keyOf(one))}
              />
            ))}
          </div>
          {earlier > 0 && (
            <div className={styles.rest}>
              <Button look="quiet" onPress={() => setEarlier(true)} data-testid="earlier-snapshots">
                {counted('session_earlier', earlier)}
              </Button>
            </div>
          )}
          {choosable.length === 0 && (
            <p className={styles.none}>
              {isNew ? m.session_none_left_start() : m.session_none_left()}
            </p>
          )}
          <FilesThenAndNow
            session={session.id}
            snapshot={snapshot}
            differences={differences}
            error={isOther ? of.error : null}
            onLookAgain={isOther && of.error ? () => void of.refetch() : onLookAgain}
            isLooking={isLooking || of.isFetching}
          />
        </div>
        {run && questions.length > 0 && (
          <div ref={open} className={styles.questions}>
            {questions.map((question) => (
              <BrokenOffLine key={question.task.id} run={run} {...question} />
            ))}
          </div>
        )}
      </div>
      <Foot
        session={session}
        chosen={chosen}
        lacking={chosen?.source === 'snapshot' ? stillLacking() : []}
        copy={chosen?.source === 'snapshot' && !isOther ? recovery.own_copy : undefined}
        onLookAgain={onLookAgain}
        onDecide={questions.length > 0 ? () => showFirst(open.current) : undefined}
      />
    </>
  );
}

interface FootProps {
  session: SessionShow;
  chosen: SessionCandidate | undefined;
  /** The files that come back without their keys. */
  lacking: readonly string[];
  /** The own copy that would be used, or that is asked about. */
  copy: SessionOwnCopy | undefined;
  /** What was filled in meanwhile is found. */
  onLookAgain: () => void;
  /** Leads to the step that has to be decided about first, where there is one. */
  onDecide: (() => void) | undefined;
}

/** What is done with it, and that nobody's files are touched by it. */
function Foot({ session, chosen, lacking: all, copy, onLookAgain, onDecide }: FootProps) {
  const [picked, setPicked] = useState<CopyUse>();
  const use = copy?.asks ? picked : undefined;
  // The one that was looked at, whichever is asked about by then.
  const used = { ...(use && { copy: use }), ...(use === 'changed' && { copy_path: copy?.path }) };
  const isAsked = copy?.asks === true && use === undefined;
  // What it lacks depends on the copy.
  const lacking = !copy?.asks ? all : use === 'changed' ? copy.masked : withoutProven(all, copy);
  const isNew = isNotStarted(session);
  // Whoever goes on without the keys presses what says so.
  const isWithout = !isAsked && lacking.length > 0;
  const goes = (isNew ? startVerb : verb)(chosen, isWithout);
  const goOn = useGoOn(session);
  const restore = useRestore(session.id);
  const work = useWork(restoreWork(session.id));
  const [restored, setRestored] = useState<SessionRestored | null>(null);
  const [inPlace, setInPlace] = useState<SessionCandidate | null>(null);
  const untrusted = untrustedOf(work.error);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const forget = () => restoreWork(session.id).forget();
  const look = async () => {
    if (!chosen) return;
    const result = await restore({ ...from(chosen), ...used });
    if (result) setRestored(result);
    if (result) forget();
  };
  const go = async (trust?: string) => {
    if (!chosen) return;
    const waits = await goOn({
      ...from(chosen),
      ...used,
      // They are named above the button.
      ...(lacking.length > 0 && { without_keys: true }),
      ...(untrusted && { trust: true, shown: trust }),
    });
    if (waits) setRestored(waits);
  };
  return (
    <footer className={styles.foot} data-foot>
      {work.error && !untrusted && <ErrorNotice error={work.error} />}
      {!isBusy && copy && (
        <CopyState session={session.id} copy={copy} picked={picked} onPick={setPicked} />
      )}
      {!isBusy && isWithout && (
        <Notice
          tone="warn"
          icon="key"
          end={
            <Button look="primary" onPress={() => void look()} data-testid="fill-in">
              {m.session_keys_fill_in()}
            </Button>
          }
          data-testid="keys-lacking"
        >
          {counted('session_keys_lacking', lacking.length, {
            names: listed(lacking.map(visible), NAMED),
          })}
        </Notice>
      )}
      {isBusy ? (
        <WorkProgress
          title={m.session_restoring()}
          {...work}
          onCancel={() => restoreWork(session.id).cancel()}
        />
      ) : (
        <div className={styles.bar}>
          {chosen && (
            <span className={styles.shield}>
              <Icon name="shield" />
            </span>
          )}
          <p>{chosen && whereWords(chosen, isNew)}</p>
          <Button
            isDisabled={!chosen || isAsked}
            onPress={() => void look()}
            data-testid="look-first"
          >
            {m.session_look_first()}
          </Button>
          <Button
            look={isWithout && !onDecide ? 'plain' : 'primary'}
            isDisabled={(!chosen || isAsked) && !onDecide}
            onPress={() => (onDecide ? onDecide() : void go())}
            data-testid="go-on"
          >
            {onDecide ? m.session_decide_first() : goes}
          </Button>
          <Menu
            label={m.more()}
            entries={[
              {
                id: 'in-place',
                label: m.session_in_place_menu(),
                icon: 'undo',
                isDisabled: !chosen || chosen.source === 'file',
                run: () => setInPlace(chosen ?? null),
              },
            ]}
            data-testid="wizard-more"
          />
        </div>
      )}
      {untrusted && (
        <TrustDialog
          untrusted={untrusted}
          session={session}
          onTrust={() => void go(untrusted.shown)}
          onClose={forget}
        />
      )}
      {inPlace && (
        <InPlaceDialog
          session={session}
          from={{ use: inPlace.source, snapshot: inPlace.snapshot }}
          onClose={() => setInPlace(null)}
        />
      )}
      {restored && (
        <RestoredDialog
          session={session}
          restored={restored}
          onClose={() => {
            setRestored(null);
            onLookAgain();
          }}
        />
      )}
    </footer>
  );
}

/** Which source that is; a snapshot is meant itself, and not the best of them. */
function from({ source, snapshot }: SessionCandidate) {
  return snapshot === undefined ? { use: source } : { use: source, snapshot };
}

function whereWords(chosen: SessionCandidate, isNew: boolean): string {
  if (chosen.source !== 'file') return m.session_own_copy();
  return isNew ? m.session_own_files_start() : m.session_own_files();
}

/** What begins a session that was only kept. */
function startVerb(chosen: SessionCandidate | undefined, isWithout: boolean): string {
  if (!chosen) return m.session_choose_first();
  if (isWithout) return m.session_start_without_keys();
  if (chosen.source === 'revision') return m.session_start_catalog();
  if (chosen.source !== 'file') return m.session_start_as_kept();
  return chosen.ok ? m.session_start() : m.session_start_today();
}

function verb(chosen: SessionCandidate | undefined, isWithout: boolean): string {
  if (!chosen) return m.session_choose_first();
  if (isWithout) return m.session_go_on_without_keys();
  if (chosen.source === 'revision') return m.session_go_on_catalog();
  return chosen.source === 'file' && !chosen.ok
    ? m.session_go_on_today()
    : m.session_go_on_as_it_was();
}
