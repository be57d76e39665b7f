import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Empty, ErrorNotice, Menu, type MenuEntry, Segments, useTold } from '@/components';
import { label, m, visible } from '@/i18n';
import { CallError, type SessionForgotten, type SessionShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { FilesTab } from './FilesTab';
import { ForgetSession } from './ForgetSession';
import { OwnCopy } from './OwnCopy';
import { PlainRun } from './PlainRun';
import { PointIfMoved } from './PointTo';
import { sessionQuery } from './queries';
import { RecoveryWizard } from './RecoveryWizard';
import styles from './SessionsPage.module.css';
import { SnapshotsTab } from './SnapshotsTab';
import { hasConfiguration, isHeld, isNotStarted, worksFromCopy } from './stand';
import { WrittenOver } from './WrittenOver';
import { SESSION_TABS, type SessionsSearch, type SessionTab } from './which';
import { ConfidenceChip, originWords, standWords, statedWords, whyInPart } from './words';
import { exportWork, snapshotWork, useExport, useSnapshot } from './work';

interface Props {
  id: string;
  search: SessionsSearch;
  onSearch: (search: SessionsSearch) => void;
  /** It is forgotten, and this is what is left of it. */
  onGone: (name: string, left: SessionForgotten) => void;
}

/** One session: how it goes on, or what is kept of it. */
export function SessionPanel({ id, ...props }: Props) {
  const shown = useQuery(sessionQuery(id));
  const isUnknown = shown.error && CallError.from(shown.error).code === 'session_unknown';
  return (
    <section className={styles.panel} data-testid="session-panel">
      {isUnknown && (
        <Empty icon="session" title={m.session_gone()}>
          {m.session_gone_hint()}
        </Empty>
      )}
      {shown.error && !isUnknown && (
        <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />
      )}
      {shown.data && <Open session={shown.data} {...props} />}
    </section>
  );
}

function Open({ session, search, onSearch, onGone }: Omit<Props, 'id'> & { session: SessionShow }) {
  const held = isHeld(session);
  const isNew = isNotStarted(session);
  const tabs = SESSION_TABS.filter((one) => held || isNew || one !== 'recover');
  // One that goes on meanwhile is no longer asked how.
  const tab = tabs.find((one) => one === search.tab) ?? tabs[0] ?? 'snapshots';
  const go = (next: SessionTab) => onSearch({ which: search.which, tab: next });
  return (
    <>
      <header className={styles.head}>
        <Title session={session} isHeld={held} />
        <Segments<SessionTab>
          label={m.session_tabs()}
          size="small"
          value={tab}
          onChange={go}
          options={tabs.map((value) => ({
            value,
            label: label('session_tab', value === 'recover' && isNew ? 'start' : value),
            testid: `tab-${value}`,
          }))}
        />
        <Deeds session={session} onGone={onGone} />
      </header>
      <Certainty session={session} />
      <OwnCopy session={session} />
      <WrittenOver session={session} />
      <Exporting session={session.id} />
      {tab !== 'recover' && session.status !== 'completed' && <PointIfMoved session={session} />}
      {tab === 'recover' && hasConfiguration(session) && <RecoveryWizard session={session} />}
      {tab === 'recover' && !hasConfiguration(session) && <PlainRun session={session} />}
      {tab === 'snapshots' && (
        <SnapshotsTab
          session={session}
          onFiles={(snapshot) => onSearch({ which: search.which, tab: 'files', snapshot })}
        />
      )}
      {tab === 'files' && (
        <FilesTab
          session={session}
          snapshot={search.snapshot}
          onSnapshot={(snapshot) => onSearch({ ...search, snapshot })}
        />
      )}
    </>
  );
}

function Title({ session, isHeld }: { session: SessionShow; isHeld: boolean }) {
  const name = visible(session.name);
  const stand = useTold(() => standWords(session));
  const told = [
    originWords(session),
    stand,
    session.stated_status && m.session_stated({ status: visible(session.stated_status) }),
    statedWords(session),
    // What was found of it is told by its path.
    (session.config ?? session.root)
      ? visible(session.config ?? session.root ?? '')
      : session.stated_config && m.session_stated_config({ path: visible(session.stated_config) }),
    worksFromCopy(session) && m.session_works_from_copy(),
    isHeld && m.session_attempt({ number: session.failures + 1 }),
  ];
  return (
    <h2>
      {isHeld ? m.session_go_on_title({ name }) : name}
      <small>{told.filter(Boolean).join(' · ')}</small>
    </h2>
  );
}

/** How sure it is that it can go on, where that is less than wholly, and why. */
function Certainty({ session }: { session: SessionShow }) {
  const why = whyInPart(session);
  if (why.length === 0) return null;
  return (
    <div className={styles.certainty} data-testid="session-certainty">
      <ConfidenceChip confidence={session.confidence} missing={session.missing} />
      <span>{why.join(' · ')}</span>
    </div>
  );
}

/** What is being written out of it, which goes on while other things are looked at. */
function Exporting({ session }: { session: string }) {
  const work = useWork(exportWork(session));
  if (work.status !== 'running' && work.status !== 'cancelling') return null;
  return (
    <div className={styles.working}>
      <WorkProgress
        title={m.session_exporting()}
        {...work}
        onCancel={() => exportWork(session).cancel()}
      />
    </div>
  );
}

/** What can be done with a session besides going on with it. */
function Deeds({ session, onGone }: { session: SessionShow; onGone: Props['onGone'] }) {
  const navigate = useNavigate();
  const [isForgetting, setForgetting] = useState(false);
  const take = useSnapshot(session);
  const isTaking = useWork(snapshotWork(session.id)).status !== 'idle';
  const writeOut = useExport(session);
  const isExporting = useWork(exportWork(session.id)).status !== 'idle';
  const { run_id: run } = session;
  const canKeep = (session.config ?? session.root) !== undefined && session.status !== 'completed';
  // The button has its place where nothing is done with it before.
  const isWaiting = isHeld(session) || isNotStarted(session);
  const entries: MenuEntry[] = [];
  if (run !== undefined)
    entries.push({
      id: 'run',
      label: m.session_look_at_run(),
      icon: 'runs',
      run: () => void navigate({ to: '/runs/$id', params: { id: run } }),
    });
  if (session.overlay !== undefined)
    entries.push({
      id: 'copy',
      label: m.session_open_copy(),
      icon: 'folder',
      run: () => void shell.open_session_copy({ id: session.id }).catch(tellFailure),
    });
  if (canKeep && isWaiting)
    entries.push({
      id: 'snapshot',
      label: m.session_snapshot_now(),
      icon: 'copy',
      isDisabled: isTaking,
      run: () => void take(),
    });
  if (hasConfiguration(session))
    entries.push({
      id: 'export',
      label: m.session_export(),
      icon: 'box',
      isDisabled: isExporting,
      run: () => void writeOut(),
    });
  if ((session.status !== 'active' || isNotStarted(session)) && hasConfiguration(session))
    entries.push({
      id: 'forget',
      label: m.session_forget(),
      icon: 'trash',
      run: () => setForgetting(true),
    });
  return (
    <>
      {canKeep && !isWaiting && (
        <Button isDisabled={isTaking} onPress={() => void take()} data-testid="snapshot-now">
          {m.session_snapshot_now()}
        </Button>
      )}
      {entries.length > 0 && <Menu label={m.more()} entries={entries} data-testid="session-menu" />}
      {isForgetting && (
        <ForgetSession
          session={session}
          onClose={() => setForgetting(false)}
          onGone={(left) => onGone(session.name, left)}
        />
      )}
    </>
  );
}
