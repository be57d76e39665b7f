import { useQuery } from '@tanstack/react-query';
import { DangerDialog, toast } from '@/components';
import { m, visible } from '@/i18n';
import { tellFailure, useCommand } from '../command';
import { secretUsesQuery } from './queries';
import { UsingWorkflows } from './UsedBy';

interface Props {
  name: string;
  onClose: () => void;
}

/** Before a secret goes for good: what waits for it from then on. */
export function RemoveSecret({ name: secret, onClose }: Props) {
  const uses = useQuery(secretUsesQuery(secret));
  const remove = useCommand('secret_remove', ['secret', 'connection', 'operation']);
  const name = visible(secret);
  const go = () =>
    remove.mutate(
      { name: secret },
      {
        onSuccess: () => {
          toast({ text: m.secret_removed({ name }) });
          onClose();
        },
        onError: tellFailure,
      },
    );
  return (
    <DangerDialog
      title={m.secret_remove_title({ name })}
      confirm={m.secret_remove_go()}
      onConfirm={go}
      onClose={onClose}
      isBusy={remove.isPending}
      data-testid="dialog-remove-secret"
      confirmTestId="secret-remove"
    >
      <p>{m.secret_remove_words()}</p>
      {uses.data && uses.data.workflows.length > 0 && (
        <p>
          {m.secret_remove_used()} <UsingWorkflows uses={uses.data} />
        </p>
      )}
    </DangerDialog>
  );
}
