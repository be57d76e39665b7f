/** Routing rules in words; the same catalogue entries as the command line's `route`. */
import type { Option } from '@/components';
import { label, m, visible, words } from '@/i18n';
import type { SourceRow, When } from '@/ipc';
import { actionWords } from '../catalog/forms/actions';

/** Types of connections, in the order in which they are offered. */
export const TYPES = ['sqlite', 'mysql', 'redis', 'elasticsearch'] as const;

/** Words as options of a field, each as the catalogue has it under `<key>_<word>`. */
function options(key: string, list: readonly string[]): Option[] {
  return list.map((value) => ({ value, label: label(key, value) }));
}

export const dataKinds = () =>
  options('data_kind', ['business', 'cache', 'temporary', 'history', 'log', 'search']);
export const latencies = () => options('latency', ['low', 'normal']);
export const volumes = () => options('volume', ['small', 'medium', 'large']);

/** An action, or all of a family such as `record.*`, as people call it. */
export function actionsWords(action: string): string {
  const family = action.endsWith('.*') ? action.slice(0, -2) : undefined;
  return family ? (words(`action_family_${family}`) ?? action) : actionWords(action);
}

/** When a rule applies; `workflow` is what its workflow is called. */
export function conditionWords(when: When, workflow = when.workflow): string {
  const told = [
    when.dataKind && m.rule_when_data_kind({ value: label('data_kind', when.dataKind) }),
    when.latency && label('rule_when_latency', when.latency),
    when.volume && label('rule_when_volume', when.volume),
    when.action && m.rule_when_action({ value: visible(actionsWords(when.action)) }),
    workflow && m.rule_when_workflow({ value: visible(workflow) }),
  ].filter(Boolean);
  return told.length > 0 ? told.join(m.list_separator()) : m.rule_always();
}

/** Whether a source of a rule or a task stands for a type; a connection's own name goes first. */
export function isType(source: string, sources: readonly SourceRow[]): boolean {
  return (
    (TYPES as readonly string[]).includes(source) && sources.every(({ name }) => name !== source)
  );
}

/** A connection by its name, or a type as people call it. */
export function sourceWords(source: string, sources: readonly SourceRow[] = []): string {
  return isType(source, sources) ? label('source_kind_short', source) : visible(source);
}

const KEYS = ['dataKind', 'latency', 'volume', 'action', 'workflow'] as const;

/**
 * Why a source was chosen, from the word that is kept with an attempt: `name`, `type`, `default`, a
 * kind of data, or conditions such as `latency=low volume=large`.
 */
export function reasonWords(word: string): string {
  const known = words(`source_because_${word}`);
  if (known) return known;
  const kind = words(`data_kind_${word}`);
  if (kind) return m.source_because_kind({ kind });
  const parts = word.split(new RegExp(`(?:^| )(${KEYS.join('|')})=`)).slice(1);
  const when: When = {};
  for (let at = 0; at < parts.length; at += 2) {
    const key = KEYS.find((key) => key === parts[at]);
    if (key) when[key] = parts[at + 1];
  }
  const rule = parts.length > 0 ? conditionWords(when) : visible(word);
  return m.source_because_rule({ rule });
}

/** A rule in one line. */
export function ruleWords(
  { when, source }: { when: When; source: string },
  sources: readonly SourceRow[],
  workflow?: string,
): string {
  return m.rule_sentence({
    when: conditionWords(when, workflow),
    source: sourceWords(source, sources),
  });
}
