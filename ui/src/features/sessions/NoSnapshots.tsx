import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Empty } from '@/components';
import { m } from '@/i18n';
import type { SessionShow } from '@/ipc';
import { settingsQuery } from '../settings/queries';
import { ListFolder } from './ListFolder';
import { unkeptWords } from './words';

/** That nothing of a session is kept, why that may be, and where it is changed. */
export function NoSnapshots({ session }: { session: SessionShow }) {
  const isOff = useQuery(settingsQuery()).data?.snapshots === 'off';
  const navigate = useNavigate();
  const isPlain = session.origin === 'run' && session.root === undefined;
  if (isPlain && session.unkept)
    return (
      <Empty
        icon="session"
        title={
          session.unkept.forgotten ? m.session_snapshots_forgotten() : m.session_snapshots_none()
        }
        actions={<ListFolder unkept={session.unkept} />}
      >
        {unkeptWords(session.unkept)}
      </Empty>
    );
  if (isPlain)
    return (
      <Empty icon="session" title={m.session_snapshots_none()}>
        {m.session_snapshots_none_plain()}
      </Empty>
    );
  return (
    <Empty
      icon="session"
      title={m.session_snapshots_none()}
      actions={
        isOff && (
          <Button
            onPress={() => void navigate({ to: '/settings' })}
            data-testid="snapshots-settings"
          >
            {m.session_snapshots_open_settings()}
          </Button>
        )
      }
    >
      {isOff ? m.session_snapshots_off() : m.session_snapshots_none_hint()}
    </Empty>
  );
}
