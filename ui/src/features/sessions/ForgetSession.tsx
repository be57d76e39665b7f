import { useQueryClient } from '@tanstack/react-query';
import { DangerDialog, ErrorNotice, toast } from '@/components';
import { m, visible } from '@/i18n';
import type { SessionForgotten, SessionShow } from '@/ipc';
import { useCommand } from '../command';
import { changedHere } from './work';

interface Props {
  session: SessionShow;
  onClose: () => void;
  /** It is forgotten, and this is what is left of it. */
  onGone: (left: SessionForgotten) => void;
}

/** Whether nothing is left of it. */
export function isClean({ failed, waits, elsewhere }: SessionForgotten): boolean {
  return failed.length === 0 && !waits && !elsewhere;
}

/** Asks before a session and its snapshots go. */
export function ForgetSession({ session, onClose, onGone }: Props) {
  const client = useQueryClient();
  const forget = useCommand('session_forget', []);
  const name = visible(session.name);
  // What is left of it is told also where the list no longer has it open.
  const confirm = () =>
    void forget.mutateAsync({ id: session.id }).then(
      (left) => {
        changedHere(client);
        onClose();
        if (isClean(left)) toast({ text: m.session_forgotten({ name }) });
        onGone(left);
      },
      () => {},
    );
  return (
    <DangerDialog
      title={m.session_forget_title({ name })}
      confirm={m.session_forget_yes()}
      isBusy={forget.isPending}
      onConfirm={confirm}
      onClose={onClose}
      data-testid="dialog-forget-session"
      confirmTestId="session-forget-go"
    >
      <p>{m.session_forget_words()}</p>
      {forget.error && <ErrorNotice error={forget.error} />}
    </DangerDialog>
  );
}
