import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, ErrorNotice, Icon } from '@/components';
import { exactly, label, m } from '@/i18n';
import type { OperationItem, OperationRow } from '@/ipc';
import { useUndo } from '../command';
import { useWork } from '../longWork';
import { Returning } from '../runs/bulk/Returning';
import { undeleteWork, useUndelete } from '../runs/bulk/undelete';
import styles from './ActivityPage.module.css';
import { operationQuery } from './queries';
import { Subjects } from './Subjects';
import { operationSentence } from './words';

/** One operation: who, when, what it touched, and the way back where there is one. */
export function OperationPanel({ id }: { id: string }) {
  const shown = useQuery(operationQuery(id));
  const undo = useUndo();
  const undelete = useUndelete();
  const returning = useWork(undeleteWork).status;
  if (shown.error) return <ErrorNotice error={shown.error} />;
  if (!shown.data) return null;
  const { operation, items } = shown.data;
  const isOfRuns = operation.operation === 'run_delete';
  const isReturning = isOfRuns && (returning === 'running' || returning === 'cancelling');
  return (
    <div className={styles.panel} data-testid="operation">
      <h2>{operationSentence(operation)}</h2>
      <dl className={styles.facts}>
        <dt>{m.fact_when()}</dt>
        <dd>{exactly(operation.at)}</dd>
        <dt>{m.fact_who()}</dt>
        <dd>
          {operation.actor} · {label('face', operation.face)}
        </dd>
        <dt>{m.fact_what()}</dt>
        <dd>{label('operation', operation.operation)}</dd>
        <dt>{m.fact_id()}</dt>
        <dd data-selectable>
          <code>{operation.id}</code>
        </dd>
      </dl>
      {isReturning && <Returning />}
      {operation.undoable && !isReturning && (
        <div>
          <Button
            icon="undo"
            onPress={() => (isOfRuns ? undelete : undo)(operation.id)}
            data-testid="undo"
          >
            {m.undo_this()}
          </Button>
        </div>
      )}
      {operation.undone_by && <p>{m.was_undone_long()}</p>}
      <Touched operation={operation} items={items} />
    </div>
  );
}

interface TouchedProps {
  operation: OperationRow;
  items: readonly OperationItem[];
}

/** What it touched, and the way there. */
function Touched({ operation, items }: TouchedProps) {
  const { kind, subject_id: id, count } = operation;
  if (kind === 'run' && id)
    return (
      <Link to="/runs/$id" params={{ id }} className={styles.subject} data-testid="operation-run">
        <Icon name="runs" />
        <span>{m.see_run()}</span>
        <Icon name="right" />
      </Link>
    );
  if (kind === 'folder' && id && operation.operation !== 'folder_forget')
    return (
      <Link
        to="/task-folders/$id"
        params={{ id }}
        className={styles.subject}
        data-testid="operation-folder"
      >
        <Icon name="folder" />
        <span>{m.see_folder()}</span>
        <Icon name="right" />
      </Link>
    );
  return <Subjects items={items} count={count} />;
}
