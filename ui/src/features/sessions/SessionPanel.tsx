import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Empty, ErrorNotice, Menu, type MenuEntry, Segments } from '@/components';
import { label, m, visible } from '@/i18n';
import { CallError, type SessionShow, shell } from '@/ipc';
import { tellFailure } from '../command';
import { useWork } from '../longWork';
import { FilesTab } from './FilesTab';
import { ForgetSession } from './ForgetSession';
import { PlainRun } from './PlainRun';
import { sessionQuery } from './queries';
import { RecoveryWizard } from './RecoveryWizard';
import styles from './SessionsPage.module.css';
import { SnapshotsTab } from './SnapshotsTab';
import { SESSION_TABS, type SessionsSearch, type SessionTab } from './which';
import { originWords, standWords } from './words';
import { exportWork, snapshotWork, useExport, useSnapshot } from './work';

interface Props {
  id: string;
  search: SessionsSearch;
  onSearch: (search: SessionsSearch) => void;
  /** It is not there any more. */
  onGone: () => void;
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

/** Whether it waits for somebody who takes it up again. Of what was aborted something has to be kept for that. */
function isHeld({ status, snapshots }: SessionShow): boolean {
  return (
    status === 'interrupted' ||
    status === 'paused' ||
    (status === 'aborted' && snapshots.length > 0)
  );
}

/** Whether files belong to it that can be other than they were. */
function hasConfiguration({ origin, config, snapshots }: SessionShow): boolean {
  return origin !== 'run' || config !== undefined || snapshots.length > 0;
}

function Open({ session, search, onSearch, onGone }: Omit<Props, 'id'> & { session: SessionShow }) {
  const held = isHeld(session);
  const tabs = SESSION_TABS.filter((one) => held || one !== 'recover');
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
            label: label('session_tab', value),
            testid: `tab-${value}`,
          }))}
        />
        <Deeds session={session} onGone={onGone} />
      </header>
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
  const told = [
    originWords(session),
    standWords(session),
    session.stated_status && m.session_stated({ status: visible(session.stated_status) }),
    // What was found of it is told by its path.
    session.config
      ? visible(session.config)
      : session.stated_config && m.session_stated_config({ path: visible(session.stated_config) }),
    isHeld && m.session_attempt({ number: session.failures + 1 }),
  ];
  return (
    <h2>
      {isHeld ? m.session_go_on_title({ name }) : name}
      <small>{told.filter(Boolean).join(' · ')}</small>
    </h2>
  );
}

/** What can be done with a session besides going on with it. */
function Deeds({ session, onGone }: { session: SessionShow; onGone: () => void }) {
  const navigate = useNavigate();
  const [isForgetting, setForgetting] = useState(false);
  const take = useSnapshot(session.id);
  const isTaking = useWork(snapshotWork(session.id)).status !== 'idle';
  const writeOut = useExport(session);
  const isExporting = useWork(exportWork(session.id)).status !== 'idle';
  const { run_id: run } = session;
  const canKeep = session.config !== undefined && session.status !== 'completed';
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
  if (canKeep && isHeld(session))
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
  if (session.status !== 'active' && hasConfiguration(session))
    entries.push({
      id: 'forget',
      label: m.session_forget(),
      icon: 'trash',
      run: () => setForgetting(true),
    });
  return (
    <>
      {canKeep && !isHeld(session) && (
        <Button isDisabled={isTaking} onPress={() => void take()} data-testid="snapshot-now">
          {m.session_snapshot_now()}
        </Button>
      )}
      {entries.length > 0 && <Menu label={m.more()} entries={entries} data-testid="session-menu" />}
      {isForgetting && (
        <ForgetSession session={session} onClose={() => setForgetting(false)} onGone={onGone} />
      )}
    </>
  );
}
