import { expect, it } from 'vitest';
import { createAppRouter } from '@/app/router';
import { setLocale } from '@/i18n';
import { GUIDE_PAGES, type GuidePage, guidePage, guideText } from './guide';

/** The page that F1 opens at each place of the window. */
const BY_ROUTE: Record<string, GuidePage> = {
  '/': 'getting-started',
  '/workflows': 'workflows',
  '/workflows/$id': 'workflows',
  '/runs': 'runs',
  '/runs/$id': 'runs',
  '/runs/compare': 'runs',
  '/library/$kind': 'library',
  '/library/$kind/$id': 'library',
  '/backup': 'backup-and-restore',
  '/backup/restore': 'backup-and-restore',
  '/task-folders': 'task-folders',
  '/task-folders/$id': 'task-folders',
  '/sessions/{-$id}': 'sessions',
  '/connections': 'data-sources',
  '/activity': 'activity',
  '/settings': 'settings-and-data',
  '/help/$page': 'getting-started',
};

it('has a page for every place of the window', () => {
  const routes = Object.keys(createAppRouter().routesByPath);
  const found = Object.fromEntries(routes.map((route) => [route, guidePage(route)]));
  expect(found).toEqual(BY_ROUTE);
});

it('has every page in both languages', async () => {
  for (const locale of ['en', 'zh-CN'] as const) {
    setLocale(locale);
    for (const page of GUIDE_PAGES) expect(await guideText(page), page).toMatch(/^# \S/);
  }
});
