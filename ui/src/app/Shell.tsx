import { useIsFetching } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { EngineNotice } from '@/features/runs/EngineNotice';
import { m } from '@/i18n';
import { useFirstPaint } from './firstPaint';
import { ReachNotice } from './ReachNotice';
import styles from './Shell.module.css';
import { Sidebar } from './Sidebar';
import { useShortcuts } from './shortcuts';
import { useTooltips } from './tooltips';

/** What may come over a page. None of it is needed for the first screen, which is drawn before. */
const Overlays = lazy(() => import('./Overlays'));

/** The frame around every page: where to go, what is said over everything. */
export function Shell() {
  const [searching, setSearching] = useState(false);
  useShortcuts(() => setSearching(true));
  useTooltips();
  const isPainted = useFirstPaint(useIsFetching() === 0);
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
      {isPainted && (
        <Suspense fallback={null}>
          <Overlays isSearching={searching} onSearchEnd={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}

function toMain() {
  document.getElementById('main')?.focus();
}
