import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Button, Card, ErrorNotice, NOTHING, RowList, type Selection } from '@/components';
import { m, when } from '@/i18n';
import type { RunChange } from '@/ipc';
import { ChangeDialog } from './bulk/ChangeDialog';
import { ChosenBar } from './bulk/ChosenBar';
import { idsBetween, meant, REST, settled, shownAs } from './bulk/chosen';
import { Returning } from './bulk/Returning';
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
  /** How many fit, once that is known. */
  fitting?: { total: number; more: boolean };
  onClear: () => void;
}

/** The runs that fit, the newest first, and what can be done with many of them. */
export function RunsList({ question, words, isFiltered, fitting, onClear }: Props) {
  const navigate = useNavigate();
  const runs = useRunRows(question);
  const chosen = useViews().columns;
  const isLive = runs.rows.some(({ status }) => isAtWork(status));
  const now = useNow(isLive ? LIVE : STILL);
  const columns = useMemo(() => runColumns(now, 'all', words, chosen), [now, words, chosen]);
  const key = JSON.stringify(question);
  const loaded = useMemo(() => runs.rows.map((run) => run.id), [runs.rows]);
  // What was chosen of another list is none of this one.
  const [kept, setKept] = useState<{ of: string; selection: Selection }>();
  const selection = shownAs(kept?.of === key ? kept.selection : NOTHING, loaded);
  const setSelection = (next: Selection) => setKept({ of: key, selection: settled(next, loaded) });
  const [change, setChange] = useState<RunChange>();
  const hasRest = runs.total > loaded.length || Boolean(runs.soughtTo);
  const isEmpty = !runs.isPending && !runs.error && runs.total === 0;
  return (
    <>
      <Returning />
      {runs.error && <ErrorNotice error={runs.error} onRetry={runs.retry} />}
      {!runs.isPending && (!runs.error || runs.total > 0) && (
        <Card fill="hold">
          {isEmpty && !runs.soughtTo ? (
            <NoRuns isFiltered={isFiltered} onClear={onClear} />
          ) : (
            <RowList
              // Another question begins at the top again.
              key={key}
              label={m.nav_runs()}
              columns={columns}
              total={runs.total}
              at={(index) => runs.rows[index]}
              idOf={(run) => run.id}
              onRange={runs.onRange}
              onOpen={(run) => void navigate({ to: '/runs/$id', params: { id: run.id } })}
              selection={selection}
              onSelect={setSelection}
              idsBetween={async (first, last) => idsBetween(loaded, first, last)}
              onDelete={selection.size > 0 ? () => setChange('delete') : undefined}
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
          {selection.size > 0 && (
            <ChosenBar
              selection={selection}
              fitting={fitting}
              hasRest={hasRest}
              onChooseAll={() => setSelection(new Set([...loaded, REST]))}
              onClear={() => setSelection(NOTHING)}
              onChange={setChange}
            />
          )}
        </Card>
      )}
      {change && (
        <ChangeDialog
          change={change}
          which={meant(selection, question)}
          onClose={() => setChange(undefined)}
          onDone={() => {
            setChange(undefined);
            setSelection(NOTHING);
          }}
        />
      )}
    </>
  );
}
