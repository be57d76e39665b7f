import { Button, Dialog, Spring } from '@/components';
import { m, visible } from '@/i18n';
import type { SessionShow } from '@/ipc';
import { TrustNotice } from '../runs/sheet/TrustNotice';
import type { Untrusted } from '../runs/sheet/untrusted';
import { isNotStarted } from './stand';

interface Props {
  untrusted: Untrusted;
  session: SessionShow;
  onTrust: () => void;
  onClose: () => void;
}

/** What a session would do when it goes on, before somebody lets it. */
export function TrustDialog({ untrusted, session, onTrust, onClose }: Props) {
  const name = visible(session.name);
  const isNew = isNotStarted(session);
  return (
    <Dialog
      title={isNew ? m.run_sheet_title({ name }) : m.session_go_on_title({ name })}
      isOpen
      onClose={onClose}
      data-testid="dialog-session-trust"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" icon="play" onPress={onTrust} data-testid="session-trust">
            {isNew ? m.trust_and_run() : m.trust_and_resume()}
          </Button>
        </>
      }
    >
      <TrustNotice acts={untrusted.acts} />
    </Dialog>
  );
}
