import { useIsFetching } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { FolderQuestion } from '@/features/backup/FolderQuestion';
import { ImportDialog } from '@/features/import/ImportDialog';
import { EngineNotice } from '@/features/runs/EngineNotice';
import { RunSheet } from '@/features/runs/sheet/RunSheet';
import { m } from '@/i18n';
import { DropVeil } from './DropVeil';
import { useFirstPaint } from './firstPaint';
import { useLeftDrafts } from './leftDrafts';
import { Palette } from './Palette';
import { ReachNotice } from './ReachNotice';
import styles from './Shell.module.css';
import { Sidebar } from './Sidebar';
import { useShortcuts } from './shortcuts';

/** The frame around every page: where to go, what is said over everything. */
export function Shell() {
  const [searching, setSearching] = useState(false);
  useShortcuts(() => setSearching(true));
  useFirstPaint(useIsFetching() === 0);
  useLeftDrafts();
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={toMain}>
        {m.skip_to_content()}
      </button>
      <Sidebar onSearch={() => setSearching(true)} />
      <div className={styles.content}>
        <ReachNotice />
        <EngineNotice />
        <Outlet />
      </div>
      <Palette isOpen={searching} onClose={() => setSearching(false)} />
      <ImportDialog />
      <RunSheet />
      <FolderQuestion />
      <DropVeil />
    </div>
  );
}

function toMain() {
  document.getElementById('main')?.focus();
}
