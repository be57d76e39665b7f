import { Button, type IconName, toast } from '@/components';
import { begun, m, say } from '@/i18n';
import { tellFailure, useCommand } from '../command';

interface Props {
  look?: 'plain' | 'primary' | 'quiet';
  icon?: IconName;
  /** What else is done once it is unlocked. */
  onOpen?: () => void;
}

/** Has the keyring ask the person at the desk. What waits for it goes on by itself. */
export function UnlockButton({ look, icon, onOpen }: Props) {
  const unlock = useCommand('secret_unlock', ['secret', 'connection', 'run']);
  const start = () =>
    void unlock.mutateAsync({}).then(({ reason }) => {
      toast(reason ? { tone: 'warn', text: begun(say(reason)) } : { text: m.secrets_open() });
      if (!reason) onOpen?.();
    }, tellFailure);
  return (
    <Button
      look={look}
      icon={icon}
      onPress={start}
      // Disabled it would take the focus out of the dialog it may stand in.
      isPending={unlock.isPending}
      data-testid="unlock"
    >
      {m.secrets_unlock()}
    </Button>
  );
}
