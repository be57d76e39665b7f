import { Empty } from '@/components';
import { m } from '@/i18n';
import type { SessionShow } from '@/ipc';

/** That nothing of a session is kept, and why that may be. */
export function NoSnapshots({ session }: { session: SessionShow }) {
  const isPlain = session.origin === 'run' && session.config === undefined;
  return (
    <Empty icon="session" title={m.session_snapshots_none()}>
      {isPlain ? m.session_snapshots_none_plain() : m.session_snapshots_none_hint()}
    </Empty>
  );
}
