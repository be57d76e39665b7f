import type { LinkOptions } from '@tanstack/react-router';
import type { IconName } from '@/components';
import { m } from '@/i18n';

export interface NavPlace {
  id: string;
  icon: IconName;
  name: () => string;
  link: LinkOptions;
  /** A gap stands before it. */
  group?: 'begins';
}

/** Without it a link takes the `id` of the page it is on, which is that of something else. */
export const NONE_OF_THEM = { id: undefined };

/** The places of the sidebar in order; the number of a place is its key with Ctrl, while there is one. */
export const PLACES: readonly NavPlace[] = [
  { id: 'overview', icon: 'home', name: m.nav_overview, link: { to: '/' } },
  { id: 'workflows', icon: 'flow', name: m.nav_workflows, link: { to: '/workflows' } },
  { id: 'runs', icon: 'runs', name: m.nav_runs, link: { to: '/runs' } },
  {
    id: 'library',
    icon: 'library',
    name: m.nav_library,
    link: { to: '/library/$kind', params: { kind: 'roadmap' } },
  },
  { id: 'backup', icon: 'shield', name: m.nav_backup, link: { to: '/backup' }, group: 'begins' },
  { id: 'task-folders', icon: 'folder', name: m.nav_task_folders, link: { to: '/task-folders' } },
  {
    id: 'sessions',
    icon: 'session',
    name: m.nav_sessions,
    link: { to: '/sessions/{-$id}', params: NONE_OF_THEM },
  },
  {
    id: 'connections',
    icon: 'plug',
    name: m.nav_connections,
    link: { to: '/connections' },
    group: 'begins',
  },
  { id: 'activity', icon: 'activity', name: m.nav_activity, link: { to: '/activity' } },
  { id: 'settings', icon: 'settings', name: m.nav_settings, link: { to: '/settings' } },
];

/** Whether an address belongs to a place of the sidebar. */
export function isAt(id: string, path: string): boolean {
  return id === 'overview' ? path === '/' : path === `/${id}` || path.startsWith(`/${id}/`);
}
