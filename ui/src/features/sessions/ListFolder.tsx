import { useQueryClient } from '@tanstack/react-query';
import { Button, toast } from '@/components';
import { m } from '@/i18n';
import type { SessionUnkept } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { movedHere } from './work';

/** Puts the folder on the list that has what a run refers to, so that the next one keeps it. */
export function ListFolder({ unkept }: { unkept: SessionUnkept }) {
  const client = useQueryClient();
  const keep = useCommand('session_roots_keep', ['session']);
  const path = unkept.folders[0];
  if (path === undefined) return null;
  const onSuccess = () => {
    movedHere(client);
    toast({ tone: 'ok', text: m.session_unkept_listed() });
  };
  return (
    <Button
      isDisabled={keep.isPending}
      onPress={() => keep.mutate({ path }, { onSuccess, onError: tellFailure })}
      data-testid="unkept-list"
    >
      {m.session_unkept_list()}
    </Button>
  );
}
