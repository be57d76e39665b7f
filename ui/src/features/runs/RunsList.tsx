import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Button, Card, ErrorNotice, RowList } from '@/components';
import { m, when } from '@/i18n';
import { runColumns } from './columns';
import { NoRuns } from './NoRuns';
import { isAtWork, useNow } from './now';
import type { RunQuestion } from './queries';
import styles from './RunsPage.module.css';
import { useRunRows } from './useRunRows';
import { useViews } from './views/useViews';

/** How often the times of a list are told anew: while something runs, and otherwise. */
const LIVE = 1_000;
const STILL = 30_000;

interface Props {
  question: RunQuestion;
  words: string | undefined;
  isFiltered: boolean;
  onClear: () => void;
}

/** The runs that fit, the newest first. */
export function RunsList({ question, words, isFiltered, onClear }: Props) {
  const navigate = useNavigate();
  const runs = useRunRows(question);
  const chosen = useViews().columns;
  const isLive = runs.rows.some(({ status }) => isAtWork(status));
  const now = useNow(isLive ? LIVE : STILL);
  const columns = useMemo(() => runColumns(now, 'all', words, chosen), [now, words, chosen]);
  const isEmpty = !runs.isPending && !runs.error && runs.total === 0;
  return (
    <>
      {runs.error && <ErrorNotice error={runs.error} onRetry={runs.retry} />}
      {!runs.isPending && (!runs.error || runs.total > 0) && (
        <Card fill="hold">
          {isEmpty && !runs.soughtTo ? (
            <NoRuns isFiltered={isFiltered} onClear={onClear} />
          ) : (
            <RowList
              // Another question begins at the top again.
              key={JSON.stringify(question)}
              label={m.nav_runs()}
              columns={columns}
              total={runs.total}
              at={(index) => runs.rows[index]}
              idOf={(run) => run.id}
              onRange={runs.onRange}
              onOpen={(run) => void navigate({ to: '/runs/$id', params: { id: run.id } })}
              rowHeight={46}
            />
          )}
          {runs.soughtTo && (
            <div className={styles.sought} data-testid="runs-sought-to">
              {m.run_sought_to({ when: when(runs.soughtTo) })}
              <Button look="quiet" onPress={runs.lookFurther} data-testid="runs-look-further">
                {m.run_look_further()}
              </Button>
            </div>
          )}
        </Card>
      )}
    </>
  );
}
