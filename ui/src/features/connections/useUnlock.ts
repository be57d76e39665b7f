import { toast } from '@/components';
import { begun, m, say } from '@/i18n';
import { tellFailure, useCommand } from '../command';

/** Has the keyring ask the person at the desk. What waits for it goes on by itself. */
export function useUnlock() {
  const unlock = useCommand('secret_unlock', ['secret', 'connection', 'run']);
  return {
    isBusy: unlock.isPending,
    start: () =>
      void unlock
        .mutateAsync({})
        .then(
          ({ reason }) =>
            toast(reason ? { tone: 'warn', text: begun(say(reason)) } : { text: m.secrets_open() }),
          tellFailure,
        ),
  };
}
