import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components';
import { begun, datedAmong, exactly, label, m, say, took, visible } from '@/i18n';
import type { ComparedRun, RunCompared } from '@/ipc';
import { folderName } from '../folder/path';
import { StatusChip } from '../status';
import styles from './Compare.module.css';
import { apart } from './words';

interface Props {
  compared: RunCompared;
  /** The run one came from. */
  asked: string;
}

/** The two runs as a table of two columns: what is the same in both is told more quietly. */
export function Facts({ compared: { before, after }, asked }: Props) {
  const rows: [string, (side: ComparedRun) => ReactNode, string | null][] = [
    [
      m.run_compared_began(),
      ({ run }) => (
        <Link to="/runs/$id" params={{ id: run.id }}>
          <time dateTime={run.start_time} title={exactly(run.start_time)}>
            {datedAmong(run.start_time, [before.run.start_time, after.run.start_time])}
          </time>
        </Link>
      ),
      null,
    ],
    [
      m.field_status(),
      ({ run }) => (
        <span className={styles.state}>
          <StatusChip status={run.status} noted={run.noted} />
          {run.failed && <small>{begun(visible(say(run.failed.error)))}</small>}
        </span>
      ),
      null,
    ],
    [
      m.run_compared_took(),
      (side) => (side.took === undefined ? '–' : took(side.took)),
      apart(before.took, after.took),
    ],
    [m.run_compared_by(), ({ run }) => starter(run), null],
  ];
  if (before.revision !== undefined || after.revision !== undefined)
    rows.push([
      m.run_compared_revision(),
      ({ revision }) => (revision === undefined ? '–' : String(revision)),
      null,
    ]);
  if (before.folder !== undefined || after.folder !== undefined)
    rows.push([
      m.run_compared_folder(),
      ({ folder }) =>
        folder === undefined ? (
          '–'
        ) : (
          <span title={visible(folder)}>{visible(folderName(folder))}</span>
        ),
      null,
    ]);
  const heading = (side: ComparedRun, words: string) => (
    <th scope="col">
      {words}
      {side.run.id === asked && <small> · {m.run_compared_asked()}</small>}
    </th>
  );
  return (
    <Card data-testid="compare-facts">
      <table className={styles.facts}>
        <thead>
          <tr>
            <td />
            {heading(before, m.run_compared_then())}
            {heading(after, m.run_compared_now())}
          </tr>
        </thead>
        <tbody>
          {rows.map(([words, of, difference]) => (
            <tr key={words}>
              <th scope="row">{words}</th>
              <td>{of(before)}</td>
              <td>
                {of(after)}
                {difference && <small className={styles.apart}>{difference}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function starter({ started_itself, started_by }: ComparedRun['run']): string {
  return started_itself ? begun(label('run_itself', started_itself)) : visible(started_by);
}
