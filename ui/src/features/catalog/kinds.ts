/** The four kinds of documents: how they are called, drawn and reached. */
import type { LinkOptions } from '@tanstack/react-router';
import type { IconName } from '@/components';
import type { Format, Kind } from '@/ipc';

/** The noun of the commands: `flow_list`, `rule_show`, … */
export type Noun = 'flow' | 'roadmap' | 'rule' | 'template';

export const KINDS: Record<Kind, { noun: Noun; icon: IconName }> = {
  workflow: { noun: 'flow', icon: 'flow' },
  roadmap: { noun: 'roadmap', icon: 'roadmap' },
  rule: { noun: 'rule', icon: 'rule' },
  template: { noun: 'template', icon: 'template' },
};

export const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** The kinds of the Library. */
export const LIBRARY = ['roadmap', 'rule', 'template'] as const;
export type LibraryKind = (typeof LIBRARY)[number];

export function isLibraryKind(word: string): word is LibraryKind {
  return (LIBRARY as readonly string[]).includes(word);
}

export function isKind(word: string | null): word is Kind {
  return word !== null && word in KINDS;
}

/** The views of a document that its address names; without one it is the form. */
export const ADDRESS_TABS = ['text', 'revisions', 'runs', 'statistics'] as const;
export type AddressTab = (typeof ADDRESS_TABS)[number];

/** Where a document is. */
export function documentLink(
  kind: Kind,
  id: string,
  search: { tab?: AddressTab; at?: string; field?: string } = {},
): LinkOptions {
  return kind === 'workflow'
    ? { to: '/workflows/$id', params: { id }, search }
    : { to: '/library/$kind/$id', params: { kind, id }, search };
}

/** Where the documents of a kind are listed. */
export function listLink(kind: Kind): LinkOptions {
  return kind === 'workflow' ? { to: '/workflows' } : { to: '/library/$kind', params: { kind } };
}

export const FORMATS: Record<Format, { name: string; extension: string }> = {
  json: { name: 'JSON', extension: 'json' },
  yaml: { name: 'YAML', extension: 'yaml' },
  markdown: { name: 'Markdown', extension: 'md' },
};
