/** What agents can do, in words. */
import { label, m } from '@/i18n';
import type { AgentList, AgentRow } from '@/ipc';

export function capabilityWords(words: readonly string[]): string {
  return words.map((word) => label('capability', word)).join(m.list_separator());
}

/** What an agent can do of all there is. */
export function ableWords({ capabilities }: AgentRow, all: AgentList['capabilities']): string {
  if (capabilities.length === 0) return m.agent_can_nothing();
  const able = all.filter((word) => capabilities.includes(word));
  return able.length === all.length ? m.agent_can_all() : capabilityWords(able);
}

/** What none of them can do: tasks that need it wait. An agent without places does nothing. */
export function nobodyCan({ items, capabilities }: AgentList): string[] {
  const able = new Set(items.flatMap((one) => (one.capacity > 0 ? one.capabilities : [])));
  return capabilities.filter((word) => !able.has(word));
}
