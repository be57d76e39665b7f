import { useQuery } from '@tanstack/react-query';
import { DangerDialog, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { SourceRow } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { sourceUsesQuery } from './queries';
import { UsingWorkflows } from './UsedBy';

interface Props {
  row: SourceRow;
  onClose: () => void;
}

/** Before a connection is taken out: what goes with it, and what does not start without it. */
export function RemoveConnection({ row, onClose }: Props) {
  const uses = useQuery(sourceUsesQuery(row.name));
  const remove = useCommand('source_remove', ['connection', 'secret', 'operation']);
  const name = visible(row.name);
  const go = () =>
    remove.mutate(
      { name: row.name },
      {
        onSuccess: () => {
          toast({ text: m.connection_removed({ name }) });
          onClose();
        },
        onError: tellFailure,
      },
    );
  return (
    <DangerDialog
      title={m.connection_remove_title({ name })}
      confirm={m.connection_remove_go()}
      onConfirm={go}
      onClose={onClose}
      isBusy={remove.isPending}
      data-testid="dialog-remove-connection"
      confirmTestId="connection-remove"
    >
      <p>
        {row.with_password ? m.connection_remove_words_password() : m.connection_remove_words()}
      </p>
      {uses.data && uses.data.workflows.length > 0 && (
        <p>
          {m.connection_remove_used()} <UsingWorkflows uses={uses.data} />
        </p>
      )}
    </DangerDialog>
  );
}
