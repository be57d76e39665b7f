import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, Notice, toast } from '@/components';
import { counted, m, sentences, visible, whole } from '@/i18n';
import {
  CallError,
  type PickedPlace,
  type SessionRecovery,
  type SessionShow,
  type SessionSnapshot,
} from '@/ipc';
import { tellFailure } from '../command';
import { useWork } from '../longWork';
import { WorkProgress } from '../plan/WorkProgress';
import { pickConfig, pickRoot } from './pick';
import { rootsQuery } from './queries';
import styles from './RecoveryWizard.module.css';
import { RelinkDialog } from './RelinkDialog';
import { linkWork, movedHere } from './work';

interface Props {
  session: SessionShow;
  recovery: SessionRecovery;
}

/** A session whose files are not where they were looked for is pointed to where they are. */
export function PointTo({ session, recovery }: Props) {
  const why = recovery.candidates.find(({ source }) => source === 'file')?.reason?.code;
  if (why === 'root_gone' && session.root !== undefined) return <PointToRoot path={session.root} />;
  if (why === 'config_not_named' || why === 'config_not_found')
    return <PointToFile session={session} words={m.session_point_words()} />;
  if (why === 'config_gone')
    return <PointToFile session={session} words={m.session_point_renamed_words()} />;
  return null;
}

/** Where a session goes on, or nobody asks from what: that the folder of its files is not where it was. */
export function PointIfMoved({ session }: { session: SessionShow }) {
  const roots = useQuery({ ...rootsQuery(), enabled: session.root !== undefined }).data;
  const root = roots?.items.find(({ path }) => path === session.root);
  return root?.state === 'gone' ? <PointToRoot path={root.path} /> : null;
}

function PointToRoot({ path }: { path: string }) {
  const [to, setTo] = useState<PickedPlace | null>(null);
  return (
    <div className={styles.notice}>
      <Notice
        tone="warn"
        icon="folder"
        end={
          <Button onPress={() => void pickRoot().then(setTo)} data-testid="point-to-root">
            {m.config_root_point()}
          </Button>
        }
      >
        {m.config_root_moved_words()}
      </Notice>
      {to && <RelinkDialog path={path} to={to} onClose={() => setTo(null)} />}
    </div>
  );
}

/** What of the configuration is kept now, and what it lacks. */
function tellLinked(session: SessionShow, snapshot: SessionSnapshot | null | undefined) {
  const name = visible(session.name);
  if (!snapshot) return toast({ text: m.config_kept_bare() });
  const missing = snapshot.missing.length;
  toast({
    tone: missing > 0 ? 'warn' : 'ok',
    text: sentences(
      counted('session_linked_files', snapshot.files.length, { name }),
      missing > 0 && whole(counted('config_missing', missing)),
    ),
  });
}

function PointToFile({ session, words }: { session: SessionShow; words: string }) {
  const client = useQueryClient();
  const work = useWork(linkWork(session.id));
  const choose = async () => {
    const config = await pickConfig();
    if (!config) return;
    try {
      const work = linkWork(session.id);
      const { snapshot } = await work.start({ id: session.id, config: { picked: config.token } });
      tellLinked(session, snapshot);
    } catch (thrown) {
      tellFailure(CallError.from(thrown));
    } finally {
      linkWork(session.id).forget();
      movedHere(client);
    }
  };
  return (
    <div className={styles.notice}>
      {work.status === 'running' || work.status === 'cancelling' ? (
        <WorkProgress
          title={m.session_linking()}
          {...work}
          onCancel={() => linkWork(session.id).cancel()}
        />
      ) : (
        <Notice
          tone="warn"
          icon="file"
          end={
            <Button onPress={() => void choose()} data-testid="point-to-file">
              {m.session_point()}
            </Button>
          }
        >
          {words}
        </Notice>
      )}
    </div>
  );
}
