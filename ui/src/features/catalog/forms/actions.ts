import { queryOptions } from '@tanstack/react-query';
import { label, words } from '@/i18n';
import { call } from '@/ipc';

/** An action as people call it; one of another tool keeps its own name. */
export function actionWords(action: string): string {
  return words(`action_${actionKey(action)}`) ?? action;
}

/** A parameter as people call it; some are called otherwise where an action has them. */
export function paramWords(action: string, param: string): string {
  return words(`param_${actionKey(action)}_${param}`) ?? label('param', param);
}

/** The end of an action's key in the catalogue: its name in small letters, such as `sql_query`. */
export function actionKey(action: string): string {
  return action
    .replaceAll('.', '_')
    .replace(/([^_])([A-Z])/g, '$1_$2')
    .replace(/([^_])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The table of actions with their typed parameters. It changes only with the app. */
export function actionsQuery() {
  return queryOptions({
    queryKey: ['actions'],
    queryFn: async () => (await call('action_list', {})).items,
    gcTime: Number.POSITIVE_INFINITY,
  });
}
