import type { ReactNode } from 'react';
import { Button, Card, Empty } from '@/components';
import { counted, m } from '@/i18n';
import type { RunSteps } from '@/ipc';
import type { ShownRun } from '../queries';
import timelineStyles from '../timeline/RunTimeline.module.css';
import type { RunSearch } from '../timeline/search';
import styles from './RunGraph.module.css';

interface Props {
  run: ShownRun;
  steps: RunSteps | undefined;
  /** Whether it has been laid out, as far as there is something to lay out. */
  isDrawn: boolean;
  search: RunSearch;
  onSearch: (search: RunSearch) => void;
  views: ReactNode;
}

/** In the place of a run's graph: why there is none, or none yet. */
export function NoGraph({ run, steps, isDrawn, search, onSearch, views }: Props) {
  const count = run.tasks.length;
  return (
    <>
      <div className={timelineStyles.bar}>{views}</div>
      <Card fill="hold">
        {steps && !isDrawn && (
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
                onPress={() => onSearch({ ...search, tab: undefined })}
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
