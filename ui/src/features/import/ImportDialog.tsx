import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Dialog, ErrorNotice, Notice, Spring, toast } from '@/components';
import { counted, m } from '@/i18n';
import type { ImportResult, PlanItem, PlanSummary } from '@/ipc';
import { ALL_KINDS } from '../catalog/kinds';
import { undoAction, useUndo } from '../command';
import { useWork } from '../longWork';
import { ItemComparison } from '../plan/ItemComparison';
import { discardPlan, planQuery, useDecide, useKeepPlan, useRefreshPlan } from '../plan/plans';
import { WorkProgress } from '../plan/WorkProgress';
import { itemName, sumWords } from '../plan/words';
import { PlanParts } from '../restore/PlanParts';
import { ImportItems } from './ImportItems';
import { ImportOutcomeList } from './ImportOutcomeList';
import { closeImport, keepImportPlan, type OfferedImport, useOffered } from './store';
import { applyWork, planWork } from './work';

/** What was dropped or picked, until it is imported or put aside. Nothing is written before. */
export function ImportDialog() {
  const offered = useOffered();
  return offered && <Import {...offered} />;
}

function Import({ places, plan }: OfferedImport) {
  const keep = useKeepPlan();
  const [result, setResult] = useState<ImportResult | null>(null);
  const read = useWork(planWork);
  const make = useCallback(() => {
    const asked = places.map((place) => ({ picked: place.token }));
    planWork.start({ places: asked }).then(
      (summary) => {
        keep(summary);
        keepImportPlan(summary.plan_id);
      },
      // What it failed with is told by the work itself; a cancelled one closes the dialog.
      (error) => error.code === 'cancelled' && closeImport(),
    );
  }, [places, keep]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one plan for what was offered
  useEffect(() => {
    if (plan === undefined && planWork.state.status !== 'running') make();
  }, [places]);

  if (result && plan)
    return <ImportOutcomeList plan={plan} result={result} onClose={closeImport} />;
  if (plan) return <Decide plan={plan} onDone={setResult} />;
  return (
    <Dialog
      isOpen
      onClose={() => (read.status === 'failed' ? closeImport() : planWork.cancel())}
      title={m.import_title()}
      data-testid="dialog-import"
      foot={
        read.status === 'failed' && (
          <>
            <Spring />
            <Button onPress={closeImport}>{m.close()}</Button>
          </>
        )
      }
    >
      {read.error ? (
        <ErrorNotice error={read.error} onRetry={make} />
      ) : (
        <WorkProgress title={m.import_reading()} {...read} onCancel={() => planWork.cancel()} />
      )}
    </Dialog>
  );
}

interface DecideProps {
  plan: string;
  onDone: (result: ImportResult) => void;
}

function Decide({ plan, onDone }: DecideProps) {
  const refresh = useRefreshPlan(plan);
  const client = useQueryClient();
  const undo = useUndo();
  const { data: summary } = useQuery(planQuery(plan));
  const decide = useDecide(plan);
  const work = useWork(applyWork);
  const [compared, setCompared] = useState<PlanItem | null>(null);
  if (!summary) return null;
  const total = summary.groups.reduce((sum, group) => sum + group.count, 0);
  const hasPart = summary.parts.some((part) => part.chosen);
  const conflicts = summary.groups.some((group) => group.group === 'conflict');
  const isBusy = work.status === 'running' || work.status === 'cancelling';

  const close = () => {
    discardPlan(plan);
    applyWork.forget();
    closeImport();
  };
  const apply = async () => {
    try {
      const result = await applyWork.start({ plan_id: plan });
      invalidate(client, [...ALL_KINDS, 'operation', 'run', 'log']);
      if (result.failed > 0) return onDone(result);
      closeImport();
      toast({
        text: importedWords(result),
        action: undoAction(undo, result.undo_id),
      });
    } catch (error) {
      if ((error as { code?: string }).code === 'plan_changed') {
        toast({ tone: 'warn', text: m.plan_made_anew() });
        applyWork.forget();
        await refresh();
      }
    }
  };
  if (compared) {
    return (
      <Dialog
        // A dialog of its own takes the focus; the button that opened it is gone.
        key="compared"
        isOpen
        size="wide"
        onClose={() => setCompared(null)}
        title={itemName(compared)}
        subtitle={compared.path}
        data-testid="dialog-import"
        foot={
          <>
            <Spring />
            <Button onPress={() => setCompared(null)}>{m.back()}</Button>
          </>
        }
      >
        <ItemComparison plan={plan} item={compared.item} sides={m.sides_import()} />
      </Dialog>
    );
  }
  return (
    <Dialog
      key="items"
      isOpen
      size="wide"
      padding="none"
      closing={isBusy ? 'held' : 'free'}
      onClose={close}
      title={total > 0 ? counted('import_files_title', total) : m.import_run_title()}
      subtitle={[total > 0 && sumWords(summary.groups), m.import_nothing_yet()]
        .filter(Boolean)
        .join(' · ')}
      data-testid="dialog-import"
      foot={
        isBusy ? (
          <div style={{ flex: 1 }}>
            <WorkProgress title={m.importing()} {...work} onCancel={() => applyWork.cancel()} />
          </div>
        ) : (
          <>
            <span style={{ color: 'var(--text-3)' }}>{m.import_one_undo()}</span>
            {conflicts && (
              <>
                <Button
                  look="quiet"
                  onPress={() => decide.mutate({ group: 'conflict', decision: 'skip' })}
                  data-testid="conflicts-skip"
                >
                  {m.conflicts_skip()}
                </Button>
                <Button
                  look="quiet"
                  onPress={() => decide.mutate({ group: 'conflict', decision: 'copy' })}
                  data-testid="conflicts-copy"
                >
                  {m.conflicts_copy()}
                </Button>
                <Button
                  look="quiet"
                  onPress={() => decide.mutate({ group: 'conflict', decision: 'take' })}
                  data-testid="conflicts-take"
                >
                  {m.conflicts_take()}
                </Button>
              </>
            )}
            <Spring />
            <Button onPress={close}>{m.cancel()}</Button>
            <Button
              look="primary"
              isDisabled={summary.chosen === 0 && !hasPart}
              onPress={apply}
              autoFocus
              data-testid="import-apply"
            >
              {summary.chosen === 0 && !hasPart
                ? m.import_none()
                : counted('import_apply', chosenOf(summary))}
            </Button>
          </>
        )
      }
    >
      {work.error && <ErrorNotice error={work.error} onRetry={apply} />}
      <PlanParts plan={plan} parts={summary.parts} />
      {total > 0 && <ImportItems plan={plan} total={total} onCompare={setCompared} />}
      {total === 0 && summary.parts.length === 0 && (
        <Notice tone="ok" icon="check">
          {m.import_nothing_new()}
        </Notice>
      )}
    </Dialog>
  );
}

/** How many documents, runs and entries of the log are to come in. */
function chosenOf({ chosen, parts }: PlanSummary): number {
  return parts.reduce((sum, part) => sum + (part.chosen ? part.count : 0), chosen);
}

function importedWords({ imported, updated, others = [] }: ImportResult): string {
  const beside = others.map(({ kind, count }) => counted(`plan_part_${kind}`, count));
  const words = beside.map((what) => m.import_others({ what }));
  const documents = imported + updated - others.reduce((sum, { count }) => sum + count, 0);
  if (documents > 0 || words.length === 0) words.unshift(counted('imported_count', documents));
  return words.join(' · ');
}
