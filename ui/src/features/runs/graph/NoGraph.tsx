import type { ReactNode } from 'react';
import { Button, Card, Empty, ErrorNotice } from '@/components';
import { counted, m } from '@/i18n';
import type { RunSteps } from '@/ipc';
import type { ShownRun } from '../queries';
import timelineStyles from '../timeline/RunTimeline.module.css';
import type { RunSearch } from '../timeline/search';
import styles from './RunGraph.module.css';

interface Props {
  run: ShownRun;
  steps: RunSteps | undefined;
  /** Why its definition is not there, and how it is asked for again. */
  error: unknown;
  onRetry: () => void;
  /** Whether it has been laid out, as far as there is something to lay out. */
  isDrawn: boolean;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
  views: ReactNode;
}

/** In the place of a run's graph: why there is none, or none yet. */
export function NoGraph({ run, steps, error, onRetry, isDrawn, ...rest }: Props) {
  const count = run.tasks.length;
  return (
    <>
      <div className={timelineStyles.bar}>{rest.views}</div>
      <Card fill="hold">
        {!steps && error ? (
          <div className={styles.failed}>
            <ErrorNotice error={error} onRetry={onRetry} />
          </div>
        ) : null}
        {!isDrawn && count > 0 && (steps || !error) && (
          <p className={styles.arranging} role="status">
            {m.graph_arranging({ tasks: counted(`n_${run.steps}s`, count) })}
          </p>
        )}
        {count === 0 && (
          <Empty icon="flow" title={m.run_no_tasks()}>
            {m.run_no_tasks_hint()}
          </Empty>
        )}
        {isDrawn && count > 0 && (
          <Empty
            icon="flow"
            title={count === 1 ? m.graph_one() : m.graph_unreadable()}
            actions={
              <Button
                onPress={() => rest.onSearch({ ...rest.search, tab: undefined })}
                data-testid="graph-to-timeline"
              >
                {m.graph_open_timeline()}
              </Button>
            }
          >
            {count === 1 ? m.graph_one_hint() : m.graph_unreadable_hint()}
          </Empty>
        )}
      </Card>
    </>
  );
}
