import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card, ErrorNotice } from '@/components';
import { begun, dated, m, moment, visible } from '@/i18n';
import type { RunRow } from '@/ipc';
import { sessionQuery } from '../../sessions/queries';
import { forgottenWords } from '../Configuration';
import { runName } from '../columns';
import { folderName } from '../folder/path';
import type { ShownRun } from '../queries';
import { StatusChip } from '../status';
import { runRelatedQuery } from './queries';
import styles from './RelatedTab.module.css';

/** What a run belongs with: what began it, other runs, its session, its folder and what was archived there. */
export function RelatedTab({ run, began }: { run: ShownRun; began: string }) {
  const { data, error, refetch } = useQuery(runRelatedQuery(run.id));
  if (!data) return error && <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const { above, below, repeats, repeated_by } = data;
  const isAlone = !above && below.length === 0 && !repeats && repeated_by.length === 0;
  return (
    <Card fill="scroll" data-testid="run-related">
      <dl className={styles.facts}>
        <Fact words={m.run_related_began()}>
          {begun(began)}
          {run.due !== undefined && ` · ${m.run_related_due({ when: dated(run.due) })}`}
        </Fact>
        {above && (
          <Fact words={m.run_related_above()}>
            <OneRun run={above.run} aside={m.run_related_task({ task: visible(above.task) })} />
          </Fact>
        )}
        {repeats && (
          <Fact words={m.run_related_repeats()}>
            <OneRun run={repeats} />
          </Fact>
        )}
        {repeated_by.length > 0 && (
          <Fact words={m.run_related_repeated()}>
            {repeated_by.map((one) => (
              <OneRun key={one.id} run={one} />
            ))}
          </Fact>
        )}
        {below.length > 0 && (
          <Fact words={m.run_related_below()}>
            {below.map((one) => (
              <OneRun
                key={one.run.id}
                run={one.run}
                aside={m.run_related_task({ task: visible(one.task) })}
              />
            ))}
          </Fact>
        )}
        {run.session !== undefined && (
          <Fact words={m.run_related_session()}>
            <ItsSession id={run.session} />
          </Fact>
        )}
        {run.forgotten && (
          <Fact words={m.run_related_session()}>
            <span data-testid="related-forgotten">{forgottenWords(run)}</span>
          </Fact>
        )}
        {run.folder?.path && (
          <Fact words={m.run_related_folder()}>
            <Link
              to="/task-folders/$id"
              params={{ id: run.folder.id }}
              title={visible(run.folder.path)}
              className={styles.link}
              data-testid="related-folder"
            >
              {visible(folderName(run.folder.path))}
            </Link>
          </Fact>
        )}
        {run.archive && (
          <Fact words={m.run_related_archive()}>
            {[run.archive.name && visible(run.archive.name), moment(run.archive.started_at)]
              .filter(Boolean)
              .join(' · ')}
          </Fact>
        )}
      </dl>
      {isAlone && <p className={styles.quiet}>{m.run_related_none()}</p>}
    </Card>
  );
}

function Fact({ words, children }: { words: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{words}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The session by its name and when it began; by its id only where it cannot be told. */
function ItsSession({ id }: { id: string }) {
  const { data, isPending } = useQuery(sessionQuery(id));
  if (isPending) return null;
  return (
    <Link
      to="/sessions/{-$id}"
      params={{ id }}
      search={{ which: 'all' }}
      className={styles.link}
      data-testid="related-session"
    >
      {data ? m.run_title({ name: visible(data.name), when: dated(data.created_at) }) : visible(id)}
    </Link>
  );
}

function OneRun({ run, aside }: { run: RunRow; aside?: string }) {
  return (
    <p className={styles.run}>
      <StatusChip status={run.status} noted={run.noted} />
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className={styles.link}
        data-testid={`related-${run.id}`}
      >
        {m.run_title({ name: runName(run), when: dated(run.start_time) })}
      </Link>
      {aside && <span className={styles.quiet}>{aside}</span>}
    </p>
  );
}
