/** The offline guide: pages of `docs/guide` in both languages, bundled with the app. */
import { locale } from '@/i18n';

const texts = import.meta.glob<string>('@guide/*/*.md', {
  query: '?raw',
  import: 'default',
  eager: false,
});

/** The pages in reading order. */
export const GUIDE_PAGES = [
  'getting-started',
  'workflows',
  'actions',
  'data-sources',
  'runs',
  'task-folders',
  'sessions',
  'describe-database',
  'library',
  'import',
  'backup-and-restore',
  'activity',
  'settings-and-data',
  'command-line',
  'shortcuts',
] as const;
export type GuidePage = (typeof GUIDE_PAGES)[number];

const BY_PLACE: readonly [string, GuidePage][] = [
  ['/workflows', 'workflows'],
  ['/runs', 'runs'],
  ['/library', 'library'],
  ['/backup', 'backup-and-restore'],
  ['/task-folders', 'task-folders'],
  ['/sessions', 'sessions'],
  ['/connections', 'data-sources'],
  ['/activity', 'activity'],
  ['/settings', 'settings-and-data'],
];

/** The page of the guide that belongs to a place of the window. */
export function guidePage(path: string): GuidePage {
  return BY_PLACE.find(([place]) => path.startsWith(place))?.[1] ?? 'getting-started';
}

/** The text of a page in the language of the window. */
export async function guideText(page: string): Promise<string> {
  const ending = `/${locale()}/${page}.md`;
  const found = Object.entries(texts).find(([path]) => path.endsWith(ending));
  return found ? found[1]() : '';
}
