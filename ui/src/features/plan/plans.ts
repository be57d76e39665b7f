/**
 * Plans of an import or a restore as they stand.
 */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { type CallError, call, type Decision, type PlanGroup, type PlanSummary } from '@/ipc';

const key = (id: string | undefined) => ['plan', id];

/** A plan, summed up. It lives with the core, so that a page that is loaded anew finds it again. */
export function planQuery(id: string | undefined) {
  return queryOptions({
    queryKey: key(id),
    queryFn: () => call('plan_show', { plan_id: id ?? '' }),
    enabled: id !== undefined,
    retry: false,
  });
}

export function useKeepPlan() {
  const client = useQueryClient();
  return (summary: PlanSummary) => client.setQueryData(key(summary.plan_id), summary);
}

/** After `plan_changed` the core has compared the plan anew: show it as it is now. */
export function useRefreshPlan(plan: string) {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: key(plan) });
    await client.invalidateQueries({ queryKey: ['plan items', plan] });
    await client.invalidateQueries({ queryKey: ['plan compare', plan] });
  };
}

/** One page of a plan's items. */
export function planItemsSource(plan: string, group?: PlanGroup) {
  return {
    key: ['plan items', plan, group ?? 'all'],
    tags: [`plan:${plan}`],
    load: (offset: number, limit: number) =>
      call('plan_items', { plan_id: plan, group, offset, limit }),
  };
}

export function planCompareQuery(plan: string, item: number, enabled: boolean) {
  return queryOptions({
    queryKey: ['plan compare', plan, item],
    queryFn: () => call('plan_compare', { plan_id: plan, item }),
    enabled,
  });
}

interface Decide {
  items?: number[];
  group?: PlanGroup;
  parts?: string[];
  decision: Decision;
}

/** Decide items of a plan, by themselves or a whole group at once. */
export function useDecide(plan: string) {
  const client = useQueryClient();
  return useMutation<PlanSummary, CallError, Decide>({
    mutationFn: ({ items = [], group, parts, decision }) =>
      call('plan_decide', { plan_id: plan, items, group, parts, decision }),
    onSuccess: (summary) => {
      client.setQueryData(key(plan), summary);
      void client.invalidateQueries({ queryKey: ['plan items', plan] });
    },
  });
}

/** Groups whose files may not have come in. */
const MAY_FAIL: readonly PlanGroup[] = ['damaged', 'duplicate'];

/** What an applied plan could not bring in, the first of it: each file and why. */
export function failedQuery(plan: string | undefined, enabled: boolean) {
  return queryOptions({
    queryKey: ['plan failed', plan],
    queryFn: async () => {
      const results = await Promise.all(
        MAY_FAIL.map((group) => call('plan_results', { plan_id: plan ?? '', group, limit: 200 })),
      );
      return results.flatMap(({ items }) => items.filter(({ action }) => action === 'failed'));
    },
    enabled: enabled && plan !== undefined,
  });
}

/** Forget a plan that will not be carried out. That it fails changes nothing for anybody. */
export function discardPlan(plan: string): void {
  call('plan_discard', { plan_id: plan }).catch(() => undefined);
}
