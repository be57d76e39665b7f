import { Button, Dialog, Spring } from '@/components';
import { m, visible } from '@/i18n';
import { TrustNotice } from '../runs/sheet/TrustNotice';
import type { Untrusted } from '../runs/sheet/untrusted';

interface Props {
  untrusted: Untrusted;
  name: string;
  onTrust: () => void;
  onClose: () => void;
}

/** What a session would do when it goes on, before somebody lets it. */
export function TrustDialog({ untrusted, name, onTrust, onClose }: Props) {
  return (
    <Dialog
      title={m.session_go_on_title({ name: visible(name) })}
      isOpen
      onClose={onClose}
      data-testid="dialog-session-trust"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button look="primary" icon="play" onPress={onTrust} data-testid="session-trust">
            {m.trust_and_resume()}
          </Button>
        </>
      }
    >
      <TrustNotice acts={untrusted.acts} />
    </Dialog>
  );
}
