import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '@/components';
import { m, visible } from '@/i18n';
import { sessionQuery } from '../../sessions/queries';
import { shortPath } from '../../sessions/shortPath';
import { configurationQuery } from './queries';
import styles from './RunSheet.module.css';

/** Columns there are for where a folder is. */
const ROOM = 40;

/** In whose files a run finds its configuration; nothing where it refers to none. */
export function ConfigurationToUse({
  workflow,
  onLeave,
}: {
  workflow: string;
  onLeave: () => void;
}) {
  const { folder, is_kept } = useQuery(configurationQuery(workflow)).data ?? {};
  if (folder === undefined) return null;
  const path = visible(shortPath(folder, ROOM));
  return (
    <Line title={visible(folder)}>
      {is_kept ? m.run_configuration_uses({ path }) : m.run_configuration_uses_unkept({ path })}{' '}
      <Link to="/settings" hash="config-roots" onClick={onLeave}>
        {m.config_roots()}
      </Link>
    </Line>
  );
}

/** With what a run works that carries a session on: its own copy, or the files where they are. */
export function ConfigurationOfSession({ id, onLeave }: { id: string; onLeave: () => void }) {
  const session = useQuery(sessionQuery(id)).data;
  if (!session || (session.works_with === 'file' && session.root === undefined)) return null;
  const place = session.root ?? '';
  return (
    <Line title={session.works_with === 'overlay' ? undefined : visible(place)}>
      {session.works_with === 'overlay'
        ? m.run_configuration_uses_copy()
        : m.run_configuration_uses_still({ path: visible(shortPath(place, ROOM)) })}{' '}
      <Link
        to="/sessions/{-$id}"
        params={{ id }}
        search={{ which: 'all', tab: 'files' }}
        onClick={onLeave}
      >
        {m.run_configuration_look()}
      </Link>
    </Line>
  );
}

function Line({ title, children }: { title: string | undefined; children: ReactNode }) {
  return (
    <p className={styles.uses} title={title} data-testid="run-uses-configuration">
      <Icon name="folder" size={14} />
      <span>{children}</span>
    </p>
  );
}
