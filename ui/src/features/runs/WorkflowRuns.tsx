import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Button, Card, Empty, ErrorNotice, RowList } from '@/components';
import { m } from '@/i18n';
import { SavedTriggerNote } from '../catalog/TriggerNote';
import { WorkflowNotices } from '../notices/WorkflowNotices';
import { runColumns } from './columns';
import { isAtWork, useNow } from './now';
import { openRunSheet } from './sheet/store';
import { useRunRows } from './useRunRows';

/** The runs of one workflow, on its own page. */
export function WorkflowRuns({ workflow }: { workflow: string }) {
  const navigate = useNavigate();
  const runs = useRunRows({ workflow });
  const isLive = runs.rows.some(({ status }) => isAtWork(status));
  const now = useNow(isLive ? 1_000 : 30_000);
  const columns = useMemo(() => runColumns(now, 'one'), [now]);
  if (runs.error) return <ErrorNotice error={runs.error} onRetry={runs.retry} />;
  if (runs.isPending) return null;
  if (runs.total === 0) {
    return (
      <>
        <SavedTriggerNote workflow={workflow} />
        <WorkflowNotices workflow={workflow} />
        <Card fill="hold">
          <Empty
            icon="runs"
            title={m.run_none()}
            actions={
              <Button icon="play" onPress={() => openRunSheet({ workflow })}>
                {m.run_start_choose()}
              </Button>
            }
          >
            {m.workflow_runs_none_hint()}
          </Empty>
        </Card>
      </>
    );
  }
  return (
    <>
      <SavedTriggerNote workflow={workflow} />
      <WorkflowNotices workflow={workflow} />
      <Card fill="hold">
        <RowList
          label={m.nav_runs()}
          columns={columns}
          total={runs.total}
          at={(index) => runs.rows[index]}
          idOf={(run) => run.id}
          onRange={runs.onRange}
          onOpen={(run) => void navigate({ to: '/runs/$id', params: { id: run.id } })}
          rowHeight={44}
        />
      </Card>
      <p>
        <Link to="/runs" search={{ workflow }}>
          {m.workflow_runs_all()}
        </Link>
      </p>
    </>
  );
}
