import { useQueryClient } from '@tanstack/react-query';
import { toast } from '@/components';
import { m } from '@/i18n';
import type { AgentInput, AgentList, AgentRow, AgentSetInput } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { agentsQuery } from './queries';

/** Change who there is; what was before can be had back. */
export function useAgents({ items, limit }: AgentList) {
  const client = useQueryClient();
  const set = useCommand('agent_set', ['operation']);
  // What agents do may be asked for again only in a while; who there is stands there at once.
  const change = async (input: AgentSetInput) =>
    client.setQueryData(agentsQuery().queryKey, await set.mutateAsync(input));
  const before = items.map(inputOf);
  const keep = async (agents: readonly (AgentInput | AgentRow)[], done: string) => {
    await change({ agents: agents.map(inputOf) });
    const back = () =>
      void change({ agents: before }).then(() => toast({ text: m.undone() }), tellFailure);
    toast({ text: done, action: { label: m.undo(), run: back, testid: 'undo' } });
  };
  return {
    isBusy: set.isPending,
    /** Rejects where it is refused. */
    put: keep,
    keep: (agents: readonly AgentRow[], done: string) => void keep(agents, done).catch(tellFailure),
    limitTo: (next: number | null) => {
      if (next !== (limit ?? null)) void change({ limit: next ?? 0 }).catch(tellFailure);
    },
  };
}

/** An agent without what it does now. */
function inputOf({ id, capabilities, capacity }: AgentInput | AgentRow): AgentInput {
  return { id, capabilities, capacity };
}
