import { useMutation, useQueryClient } from '@tanstack/react-query';
import { invalidate } from '@/app/queries';
import { toast } from '@/components';
import { counted, m, sayError } from '@/i18n';
import { CallError, type CommandName, call, type Input, type Output } from '@/ipc';

/** Tell a failure where nothing else on the page tells it. */
export function tellFailure(thrown: unknown): void {
  const error = CallError.from(thrown);
  if (error.code !== 'cancelled') toast({ tone: 'fail', text: sayError(error) });
}

/**
 * A short command that changes something. The tags name what it makes stale here and now; the
 * `changed` event that follows says it again for every other window.
 */
export function useCommand<Name extends CommandName>(
  name: Name,
  tags: readonly string[],
  /** Commands of one scope are sent one after another, in their order. */
  scope?: string,
) {
  const client = useQueryClient();
  return useMutation<Output<Name>, CallError, Input<Name>>({
    mutationFn: (input) => call(name, input),
    scope: scope === undefined ? undefined : { id: scope },
    onSuccess: () => invalidate(client, tags),
  });
}

/** Undo an operation of Activity, and say what came of it. */
export function useUndo() {
  const undo = useCommand('db_undo', [
    'workflow',
    'roadmap',
    'rule',
    'template',
    'operation',
    'settings',
    'run',
  ]);
  // What came of it is told also where the page that asked has gone in between.
  return (operationId: string, done: string = m.undone(), then?: () => void) =>
    void undo.mutateAsync({ operation_id: operationId }).then(({ kept }) => {
      then?.();
      toast(kept > 0 ? { tone: 'warn', text: counted('undo_kept', kept) } : { text: done });
    }, tellFailure);
}

/** The Undo of a toast, when there is an operation to undo. */
export function undoAction(undo: (id: string) => void, operationId: string | null | undefined) {
  return operationId
    ? { label: m.undo(), run: () => undo(operationId), testid: 'undo' }
    : undefined;
}
