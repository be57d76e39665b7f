import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Folded, Progress } from '@/components';
import { type Bar, TimelineRow, timelineStyles } from '@/components/timeline';
import {
  begun,
  bytes,
  counted,
  label,
  m,
  moment,
  number,
  say,
  spoken,
  took,
  visible,
} from '@/i18n';
import { type RunArchive, type RunAttempt, type Status, shell } from '@/ipc';
import { tellFailure } from '../../command';
import { between, useNow } from '../now';
import type { ShownRun } from '../queries';
import { isFinal, StatusMark } from '../status';
import styles from '../task/TaskPanel.module.css';
import { barsOf } from '../timeline/bars';
import { folderName } from './path';

interface Props {
  run: ShownRun;
  /** The beginning of the run, as the clock has it. */
  origin: number;
}

/** What came before the tasks: what lay in the task folder was archived, or could not be. */
export function ArchiveStep({ run, origin }: Props) {
  const [isOpen, setOpen] = useState<boolean>();
  const { archive } = run;
  const status = archive && statusOf(run, archive);
  const now = useNow(status === 'running' ? 1000 : null);
  if (!archive || !status) return null;
  // Why the run could not begin is looked at first.
  const isShown = isOpen ?? status === 'failed';
  const length = between(archive.started_at, archive.ended_at, now);
  const note = [
    run.folder && visible(folderName(run.folder.path)),
    status !== 'succeeded' && begun(label('status', status)),
    summary(archive),
  ];
  const row = m.timeline_row({ name: m.run_archive(), status: label('status', status) });
  return (
    <>
      <TimelineRow
        id=""
        mark={<StatusMark status={status} />}
        name={m.run_archive()}
        length={took(length)}
        note={note.filter(Boolean).join(' · ')}
        bars={[barOf(archive, status, origin)]}
        label={[row, spoken(length)].join(m.timeline_row_separator())}
        status={status}
        isOpen={isShown}
        onToggle={() => setOpen(!isShown)}
        onKeyDown={(event) => {
          const next =
            event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[data-row]');
          if (event.key !== 'ArrowDown' || !next?.[1]) return;
          event.preventDefault();
          next[1].focus();
        }}
        data-testid="run-archive"
      />
      {isShown && (
        <div className={timelineStyles.under}>
          <ArchivePanel run={run} archive={archive} status={status} />
        </div>
      )}
    </>
  );
}

/** It has one attempt, which waits for nothing. */
function barOf({ started_at, ended_at }: RunArchive, status: Status, origin: number): Bar {
  const attempt = {
    number: 1,
    status,
    queued_at: started_at,
    started_at,
    ended_at: ended_at ?? null,
  };
  const [bar] = barsOf({ attempts: [attempt as RunAttempt] }, 'running', origin);
  return bar as Bar;
}

interface PanelProps {
  run: ShownRun;
  archive: RunArchive;
  status: Status;
}

/** What was moved, what could not be, and the way there. */
function ArchivePanel({ run, archive, status }: PanelProps) {
  const { moved, copied, kept, names, failed, of } = archive;
  const rest = moved + copied - names.length;
  const navigate = useNavigate();
  const look = () =>
    void navigate({
      to: '/task-folders/$id',
      params: { id: run.folder?.id ?? '' },
      search: { tab: 'archives', archive: archive.name },
    });
  return (
    <div className={styles.panel} data-status={status} data-testid="run-archive-panel">
      <p className={styles.quiet}>
        {[moment(archive.started_at), archive.bytes > 0 && bytes(archive.bytes)]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {status === 'running' && <Progress label={m.run_archive()} done={moved} total={of ?? null} />}
      {archive.path && (
        <code data-selectable className={styles.path}>
          {visible(archive.path)}
        </code>
      )}
      {failed.length > 0 && (
        <section className={styles.part}>
          <h2>{counted('run_archive_failed', failed.length)}</h2>
          <ul className={styles.files}>
            {failed.map(({ file, reason }) => (
              <li key={file}>{m.labelled({ label: visible(file), text: visible(say(reason)) })}</li>
            ))}
          </ul>
        </section>
      )}
      {archive.ended_at && archive.name && (
        <p>
          {begun(
            m.run_archive_counts({
              moved: number(moved),
              copied: number(copied),
              kept: number(kept),
            }),
          )}
        </p>
      )}
      {names.length > 0 && (
        <Folded summary={m.run_archive_names()}>
          <ul className={styles.files}>
            {names.map((name) => (
              <li key={name}>{visible(name)}</li>
            ))}
            {rest > 0 && <li className={styles.quiet}>{counted('run_archive_more', rest)}</li>}
          </ul>
        </Folded>
      )}
      <div className={styles.steps}>
        <Button
          icon="folder"
          onPress={() =>
            void shell.open_run_folder({ id: run.id, archive: true }).catch(tellFailure)
          }
          data-testid="run-archive-open"
        >
          {m.open_folder()}
        </Button>
        {archive.name !== undefined && run.folder?.path && (
          <Button icon="box" onPress={look} data-testid="run-archive-look">
            {m.task_folder_archive_look()}
          </Button>
        )}
      </div>
    </div>
  );
}

function statusOf(run: ShownRun, { name, ended_at, failed }: RunArchive): Status {
  if (!ended_at) return isFinal(run.status) ? 'cancelled' : 'running';
  return name === undefined && failed.length > 0 ? 'failed' : 'succeeded';
}

/** `file_bak_… · 12 files`, or how far it is. */
function summary({ name, moved, of, ended_at, failed }: RunArchive): string {
  if (!ended_at) return of ? m.run_archive_so_far({ done: number(moved), total: number(of) }) : '';
  return [
    name && visible(name),
    name && counted('n_files', moved),
    failed.length > 0 && counted('run_archive_failed', failed.length),
  ]
    .filter(Boolean)
    .join(' · ');
}
