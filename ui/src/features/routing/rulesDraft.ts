/**
 * The rules as they are being changed. They live here and not in the page, so that a look at another
 * tab takes nothing away; nothing of them is kept before they are saved, all at once: half of a change
 * would send tasks elsewhere.
 */
import { useSyncExternalStore } from 'react';
import type { RouteList, When } from '@/ipc';

export interface DraftRule {
  /** By which a list knows it again when it moves. */
  key: string;
  when: When;
  source: string;
}

export interface RulesDraft {
  /** The rules it was begun from, as text. */
  base: string;
  rules: readonly DraftRule[];
}

let draft: RulesDraft | null = null;
let keys = 0;
const listeners = new Set<() => void>();

function publish(next: RulesDraft | null): void {
  draft = next;
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useRulesDraft(): RulesDraft | null {
  return useSyncExternalStore(watch, () => draft);
}

/** A rule that is new in the list. */
export function newRule(when: When, source: string): DraftRule {
  keys += 1;
  return { key: `new ${keys}`, when, source };
}

/** The rules that are kept, as a draft has them. */
export function kept(list: RouteList): readonly DraftRule[] {
  return list.items.map(({ order, when, source }) => ({ key: `kept ${order}`, when, source }));
}

/** What rules say, to tell whether others say the same. */
export function textOf(rules: readonly Pick<DraftRule, 'when' | 'source'>[]): string {
  return JSON.stringify(
    rules.map(({ when, source }) => [
      source,
      when.dataKind,
      when.latency,
      when.volume,
      when.action,
      when.workflow,
    ]),
  );
}

/** The rules shall be these; what is as it is kept is no draft. */
export function draftRules(list: RouteList, rules: readonly DraftRule[]): void {
  const base = draft?.base ?? textOf(list.items);
  publish(textOf(rules) === textOf(list.items) ? null : { base, rules });
}

export function discardRules(): void {
  publish(null);
}

/** As the command takes them: in the order in which they stand. */
export function inputOf(rules: readonly Pick<DraftRule, 'when' | 'source'>[]) {
  return rules.map(({ when, source }) => ({ when, source }));
}
