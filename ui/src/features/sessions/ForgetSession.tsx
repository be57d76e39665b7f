import { useQueryClient } from '@tanstack/react-query';
import { DangerDialog, ErrorNotice, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { SessionShow } from '@/ipc';
import { useCommand } from '../command';
import { changedHere } from './work';

interface Props {
  session: SessionShow;
  onClose: () => void;
  onGone: () => void;
}

/** Asks before a session and its snapshots go. */
export function ForgetSession({ session, onClose, onGone }: Props) {
  const client = useQueryClient();
  const forget = useCommand('session_forget', []);
  const name = visible(session.name);
  return (
    <DangerDialog
      title={m.session_forget_title({ name })}
      confirm={m.session_forget_yes()}
      isBusy={forget.isPending}
      onConfirm={() =>
        forget.mutate(
          { id: session.id },
          {
            onSuccess: () => {
              changedHere(client);
              onClose();
              toast({ text: m.session_forgotten({ name }) });
              onGone();
            },
          },
        )
      }
      onClose={onClose}
      data-testid="dialog-forget-session"
      confirmTestId="session-forget-go"
    >
      <p>{m.session_forget_words()}</p>
      {forget.error && <ErrorNotice error={forget.error} />}
    </DangerDialog>
  );
}
