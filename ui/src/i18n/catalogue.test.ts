/** The catalogue itself: both languages say the same things, and all that is asked for is there. */
import { describe, expect, it } from 'vitest';
import english from '../../../messages/en.json';
import chinese from '../../../messages/zh-CN.json';

type Entries = Record<string, string>;
const en: Entries = english;
const zh: Entries = chinese;

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

const sources = import.meta.glob<string>(
  ['../**/*.{ts,tsx}', '!./generated/**', '!../**/*.test.*'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);

/** Every key that stands in the sources as `pattern` shows it. */
function used(pattern: RegExp): string[] {
  const keys = Object.values(sources).flatMap((text) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
  return [...new Set(keys)];
}

it('has the same keys in both languages', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
});

it('has the same placeholders in both languages', () => {
  const differing = Object.keys(en).filter(
    (key) => placeholders(en[key] ?? '').join() !== placeholders(zh[key] ?? '').join(),
  );
  expect(differing).toEqual([]);
});

it('has a space between Chinese and Latin letters, digits and what becomes such', () => {
  const tight = /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9%]\p{Script=Han}/u;
  // `kind` is a word of the catalogue itself.
  const filled = /\p{Script=Han}\{(?!kind\})\w+\}|\{(?!kind\})\w+\}\p{Script=Han}/u;
  const entries = Object.entries(zh);
  const wrong = entries.filter(([, text]) => tight.test(text) || filled.test(text));
  expect(wrong).toEqual([]);
});

it('says something under every key', () => {
  const empty = [...Object.entries(en), ...Object.entries(zh)].filter(
    ([, text]) => text.trim() === '',
  );
  expect(empty).toEqual([]);
});

it('has both forms of all that is counted', () => {
  const stems = used(/counted\(\s*'(\w+)'/g);
  expect(stems.length).toBeGreaterThan(20);
  const missing = stems
    .flatMap((stem) => [`${stem}_one`, `${stem}_other`])
    .filter((key) => !(key in en));
  expect(missing).toEqual([]);
});

describe('the families of keys that are put together while running', () => {
  const families: [string, readonly string[]][] = [
    ['kind_name', ['workflow', 'roadmap', 'rule', 'template']],
    ['kinds', ['workflow', 'roadmap', 'rule', 'template']],
    ['new', ['workflow', 'roadmap', 'rule', 'template']],
    ['empty', ['workflow', 'roadmap', 'rule', 'template']],
    ['empty_hint', ['workflow', 'roadmap', 'rule', 'template']],
    [
      'group',
      [
        'changed_here',
        'conflict',
        'newer_there',
        'new',
        'duplicate',
        'damaged',
        'not_ours',
        'same',
      ],
    ],
    ['face', ['desktop', 'cli']],
    ['encoding', ['utf8', 'utf16', 'gb18030']],
    [
      'operation',
      [
        'create',
        'update',
        'delete',
        'undelete',
        'revert',
        'duplicate',
        'template_use',
        'import',
        'restore',
        'undo',
        'backup',
        'settings',
        'example_add',
        'example_remove',
      ],
    ],
  ];
  it.each(families)('%s', (prefix, values) => {
    expect(values.filter((value) => !(`${prefix}_${value}` in en))).toEqual([]);
  });

  it('guide pages', () => {
    const pages = Object.keys(import.meta.glob('@guide/en/*.md'));
    expect(pages.length).toBeGreaterThan(8);
    const names = pages.map((page) => page.replace(/^.*\/|\.md$/g, '').replaceAll('-', '_'));
    expect(names.filter((name) => !(`guide_${name}` in en))).toEqual([]);
  });
});
