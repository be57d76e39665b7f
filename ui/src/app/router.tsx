/** All places of the window. The address holds the place: what is open, searched for, chosen. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { ADDRESS_TABS, type AddressTab, isLibraryKind } from '@/features/catalog/kinds';
import { type ConnectionTab, isConnectionTab } from '@/features/connections/tabs';
import { FOLDER_TABS, type FolderTab } from '@/features/folders/tabs';
import { OverviewPage } from '@/features/overview/OverviewPage';
import type { CompareSearch } from '@/features/runs/compare/ComparePage';
import { type HistorySearch, historySearch } from '@/features/runs/history/search';
import { isBegunBy, isNeed, isStatus } from '@/features/runs/status';
import { runSearch } from '@/features/runs/timeline/search';
import { ASKS, SESSION_TABS, type SessionsSearch, WHICH } from '@/features/sessions/which';
import type { RunBegunBy, RunNeeds, Status } from '@/ipc';
import { BrokenPage } from './BrokenPage';
import { Shell } from './Shell';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** What a list of documents keeps in the address. */
function listSearch(search: Record<string, unknown>): {
  q?: string;
  sort?: 'updated';
  deleted?: boolean;
} {
  return {
    q: text(search.q),
    sort: search.sort === 'updated' ? 'updated' : undefined,
    deleted: search.deleted === true ? true : undefined,
  };
}

/** What Activity keeps in the address: its filters and the entry that is open. */
export interface ActivitySearch {
  q?: string;
  operation?: string;
  kind?: string;
  id?: string;
  since?: string;
  until?: string;
  open?: string;
}

/** What a document's page keeps in the address. */
function documentSearch(search: Record<string, unknown>): {
  tab?: AddressTab;
  at?: string;
  field?: string;
} {
  return {
    tab: ADDRESS_TABS.find((tab) => tab === search.tab),
    at: text(search.at),
    field: text(search.field),
  };
}

/** What the page of all runs keeps in the address: its filters, and how one looks at them. */
export interface RunsSearch extends HistorySearch {
  q?: string;
  workflow?: string;
  status?: Status;
  needs?: RunNeeds;
  begunBy?: RunBegunBy;
  source?: string;
  agent?: string;
  since?: string;
  until?: string;
  /** A moment: made or ended from then on. */
  touched?: string;
  /** The kept view that is open. */
  saved?: string;
}

const root = createRootRoute({ component: Shell });

const overview = createRoute({ getParentRoute: () => root, path: '/', component: OverviewPage });

const workflows = createRoute({
  getParentRoute: () => root,
  path: '/workflows',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('@/features/catalog/WorkflowsPage'), 'WorkflowsPage'),
});

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$id',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('@/features/catalog/DocumentPage'), 'WorkflowPage'),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: (search: Record<string, unknown>): RunsSearch => {
    const status = text(search.status);
    const needs = text(search.needs);
    const begunBy = text(search.begunBy);
    return {
      q: text(search.q),
      workflow: text(search.workflow),
      status: isStatus(status) ? status : undefined,
      needs: isNeed(needs) ? needs : undefined,
      begunBy: isBegunBy(begunBy) ? begunBy : undefined,
      source: text(search.source),
      agent: text(search.agent),
      since: text(search.since),
      until: text(search.until),
      touched: text(search.touched),
      saved: text(search.saved),
      ...historySearch(search),
    };
  },
  component: lazyRouteComponent(() => import('@/features/runs/RunsPage'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import('@/features/runs/RunPage'), 'RunPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/runs/compare',
  validateSearch: (search: Record<string, unknown>): CompareSearch => ({
    run: text(search.run),
    other: text(search.other),
    all: search.all === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/runs/compare/ComparePage'), 'ComparePage'),
});

const library = createRoute({
  getParentRoute: () => root,
  path: '/library/$kind',
  validateSearch: listSearch,
  beforeLoad: ({ params }) => {
    if (!isLibraryKind(params.kind))
      throw redirect({ to: '/library/$kind', params: { kind: 'roadmap' } });
  },
  component: lazyRouteComponent(() => import('@/features/catalog/LibraryPage'), 'LibraryPage'),
});

const libraryDocument = createRoute({
  getParentRoute: () => root,
  path: '/library/$kind/$id',
  validateSearch: documentSearch,
  component: lazyRouteComponent(
    () => import('@/features/catalog/DocumentPage'),
    'LibraryDocumentPage',
  ),
});

const backup = createRoute({
  getParentRoute: () => root,
  path: '/backup',
  component: lazyRouteComponent(() => import('@/features/backup/BackupPage'), 'BackupPage'),
});

const restore = createRoute({
  getParentRoute: () => root,
  path: '/backup/restore',
  validateSearch: (search: Record<string, unknown>): { plan?: string } => ({
    plan: text(search.plan),
  }),
  component: lazyRouteComponent(() => import('@/features/restore/RestorePage'), 'RestorePage'),
});

const folders = createRoute({
  getParentRoute: () => root,
  path: '/task-folders',
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('@/features/folders/FoldersPage'), 'FoldersPage'),
});

const folder = createRoute({
  getParentRoute: () => root,
  path: '/task-folders/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: FolderTab; archive?: string } => ({
    tab: FOLDER_TABS.find((tab) => tab === search.tab),
    archive: text(search.archive),
  }),
  component: lazyRouteComponent(() => import('@/features/folders/FolderPage'), 'FolderPage'),
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: '/sessions/{-$id}',
  validateSearch: (search: Record<string, unknown>): SessionsSearch => ({
    ask: ASKS.find((ask) => ask === search.ask),
    which: WHICH.find((which) => which === search.which),
    tab: SESSION_TABS.find((tab) => tab === search.tab),
    snapshot: text(search.snapshot),
  }),
  component: lazyRouteComponent(() => import('@/features/sessions/SessionsPage'), 'SessionsPage'),
});

const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  validateSearch: (search: Record<string, unknown>): { tab?: ConnectionTab; enter?: string } => ({
    tab: isConnectionTab(search.tab) ? search.tab : undefined,
    enter: text(search.enter),
  }),
  component: lazyRouteComponent(
    () => import('@/features/connections/ConnectionsPage'),
    'ConnectionsPage',
  ),
});

const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  validateSearch: (search: Record<string, unknown>): ActivitySearch => ({
    q: text(search.q),
    operation: text(search.operation),
    kind: text(search.kind),
    id: text(search.id),
    since: text(search.since),
    until: text(search.until),
    open: text(search.open),
  }),
  component: lazyRouteComponent(() => import('@/features/activity/ActivityPage'), 'ActivityPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/features/settings/SettingsPage'), 'SettingsPage'),
});

const help = createRoute({
  getParentRoute: () => root,
  path: '/help/$page',
  component: lazyRouteComponent(() => import('@/features/help/HelpPage'), 'HelpPage'),
});

const tree = root.addChildren([
  overview,
  workflows,
  workflow,
  runs,
  run,
  compare,
  library,
  libraryDocument,
  backup,
  restore,
  folders,
  folder,
  sessions,
  connections,
  activity,
  settings,
  help,
]);

export function createAppRouter() {
  return createRouter({
    routeTree: tree,
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultPendingMs: 300,
    defaultErrorComponent: BrokenPage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
