import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Card, ErrorNotice, Row } from '@/components';
import { counted, label, m, visible } from '@/i18n';
import type { ConfigRoot, PickedPlace } from '@/ipc';
import { tellFailure, useCommand } from '../command';
import { settingsQuery } from '../settings/queries';
import { pickRoot } from './pick';
import { rootsQuery } from './queries';
import { RelinkDialog } from './RelinkDialog';
import { movedHere } from './work';

/** The folders in which configurations are; one that is gone is pointed to where it is now. */
export function RootsCard() {
  const roots = useQuery(rootsQuery());
  const secrets = useQuery(settingsQuery()).data?.snapshot_secrets;
  const client = useQueryClient();
  const add = useCommand('session_roots_add', []);
  const keep = useCommand('session_roots_keep', []);
  const remove = useCommand('session_roots_remove', []);
  const [moved, setMoved] = useState<{ path: string; to: PickedPlace } | null>(null);
  const told = { onSuccess: () => movedHere(client), onError: tellFailure };
  const choose = async () => {
    const picked = await pickRoot();
    if (picked) add.mutate({ path: { picked: picked.token } }, told);
  };
  const point = async (path: string) => {
    const to = await pickRoot();
    if (to) setMoved({ path, to });
  };
  return (
    <Card
      title={m.config_roots()}
      aside={
        <Button
          look="quiet"
          isDisabled={add.isPending}
          onPress={() => void choose()}
          data-testid="root-add"
        >
          {m.session_roots_add()}
        </Button>
      }
      data-testid="settings-roots"
    >
      {roots.error && <ErrorNotice error={roots.error} onRetry={() => void roots.refetch()} />}
      {roots.data?.items.length === 0 && (
        <Row detail={m.config_roots_none_hint()}>{m.config_roots_none()}</Row>
      )}
      {roots.data?.items.map((root) => (
        <Row
          key={root.path}
          detail={rootWords(root)}
          end={
            <>
              {root.state === 'gone' && (
                <Button onPress={() => void point(root.path)} data-testid="root-point">
                  {m.config_root_point()}
                </Button>
              )}
              {!root.listed && (
                <Button
                  look="quiet"
                  isDisabled={keep.isPending}
                  onPress={() => keep.mutate({ path: root.path }, told)}
                  data-testid="root-keep"
                >
                  {m.session_roots_keep()}
                </Button>
              )}
              {root.listed && (
                <Button
                  look="quiet"
                  isDisabled={remove.isPending}
                  onPress={() => remove.mutate({ path: root.path }, told)}
                  data-testid="root-remove"
                >
                  {m.session_roots_remove()}
                </Button>
              )}
            </>
          }
        >
          {visible(root.path)}
        </Row>
      ))}
      {secrets === 'masked' && (
        <Row detail={m.config_roots_masked()} data-testid="roots-masked">
          {m.snapshot_secrets()}
        </Row>
      )}
      {moved && <RelinkDialog {...moved} onClose={() => setMoved(null)} />}
    </Card>
  );
}

function rootWords({ state, sessions, listed }: ConfigRoot): string {
  const told = [
    state !== 'there' && label('config_root', state),
    counted('config_root_sessions', sessions),
    listed ? m.config_root_listed() : m.config_root_met(),
  ];
  return told.filter(Boolean).join(' · ');
}
