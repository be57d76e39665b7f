import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { invalidate } from '@/app/queries';
import { Button, Empty, ErrorNotice, Icon, Notice, Page, Spring } from '@/components';
import { counted, m } from '@/i18n';
import type { PlanItem, PlanSummary } from '@/ipc';
import { TwoPanes } from '../catalog/forms/TwoPanes';
import { ALL_KINDS } from '../catalog/kinds';
import { useWork } from '../longWork';
import { discardPlan, planQuery, useRefreshPlan } from '../plan/plans';
import { WorkProgress } from '../plan/WorkProgress';
import { PlanCounts, sourceWords } from './PlanCounts';
import { PlanDetail } from './PlanDetail';
import { PlanGroups } from './PlanGroups';
import { PlanningDialog } from './PlanningDialog';
import { RestoreDone } from './RestoreDone';
import { useStartRestore } from './useStartRestore';
import { WithoutCopyDialog } from './WithoutCopyDialog';
import { restoreWork } from './work';

/** What a restore will do, group by group, before it does it. */
export function RestorePage() {
  const { plan } = useSearch({ from: '/backup/restore' });
  const { data } = useQuery(planQuery(plan));
  const work = useWork(restoreWork);
  const restore = useStartRestore();
  if (work.result) return <RestoreDone plan={plan} result={work.result} />;
  if (!plan || !data) {
    return (
      <Page title={m.restore_title()} crumb={<Crumb />}>
        <Empty
          icon="shield"
          title={m.restore_no_plan()}
          actions={
            <Button look="primary" icon="folder" onPress={() => void restore.pick()}>
              {m.restore_pick()}
            </Button>
          }
        >
          {m.restore_no_plan_hint()}
        </Empty>
        <PlanningDialog />
      </Page>
    );
  }
  return <Plan key={plan} plan={plan} summary={data} />;
}

function Crumb() {
  return (
    <>
      <Link to="/backup">{m.nav_backup()}</Link> › {m.restore_crumb()}
    </>
  );
}

interface PlanProps {
  plan: string;
  summary: PlanSummary;
}

function Plan({ plan, summary }: PlanProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const restore = useStartRestore();
  const work = useWork(restoreWork);
  const refresh = useRefreshPlan(plan);
  const [item, setItem] = useState<PlanItem | null>(null);
  const [remade, setRemade] = useState(false);
  const isBusy = work.status === 'running' || work.status === 'cancelling';
  const failure = work.error;
  const hasPart = summary.parts.some((part) => part.chosen);
  const isSame = summary.groups.every((group) => group.group === 'same');

  const apply = async (without_safety_copy: boolean) => {
    try {
      await restoreWork.start({ plan_id: plan, without_safety_copy });
      invalidate(client, [...ALL_KINDS, 'operation', 'settings', 'backup', 'run']);
    } catch (error) {
      if ((error as { code?: string }).code !== 'plan_changed') return;
      restoreWork.forget();
      // The open item is of the old plan; in the new one it may differ, or be gone.
      setItem(null);
      setRemade(true);
      await refresh();
    }
  };
  const leave = () => {
    discardPlan(plan);
    restoreWork.forget();
    void navigate({ to: '/backup' });
  };
  return (
    <Page
      title={m.restore_title()}
      crumb={<Crumb />}
      subtitle={sourceWords(summary)}
      body="fill"
      end={
        <Button icon="folder" onPress={() => void restore.pick()} isDisabled={isBusy}>
          {m.restore_another()}
        </Button>
      }
      foot={
        isBusy ? (
          <div style={{ flex: 1 }}>
            <WorkProgress title={m.restoring()} {...work} onCancel={() => restoreWork.cancel()} />
          </div>
        ) : (
          <>
            <span style={{ color: 'var(--ok)', display: 'grid' }}>
              <Icon name="shield" />
            </span>
            <span>{m.restore_safety()}</span>
            <Spring />
            <Button onPress={leave}>{m.cancel()}</Button>
            <Button
              look="primary"
              isDisabled={summary.chosen === 0 && !hasPart}
              onPress={() => void apply(false)}
              data-testid="apply-restore"
            >
              {summary.chosen > 0
                ? counted('restore_apply', summary.chosen)
                : hasPart
                  ? m.restore_apply_parts()
                  : m.restore_none()}
            </Button>
          </>
        )
      }
    >
      {remade && (
        <Notice tone="warn" icon="warn" data-testid="plan-made-anew">
          {m.plan_made_anew()}
        </Notice>
      )}
      {failure && failure.code !== 'safety_copy_failed' && (
        <ErrorNotice error={failure} onRetry={() => void apply(false)} />
      )}
      <PlanCounts summary={summary} />
      {isSame && summary.parts.length === 0 ? (
        <Empty icon="check" title={m.restore_all_same()}>
          {m.restore_all_same_hint()}
        </Empty>
      ) : (
        <TwoPanes
          main={<PlanGroups plan={plan} summary={summary} open={item?.item} onOpen={setItem} />}
          side={item ? <PlanDetail plan={plan} item={item} /> : isSame ? undefined : <Hint />}
        />
      )}
      {failure?.code === 'safety_copy_failed' && (
        <WithoutCopyDialog
          error={failure}
          onClose={() => restoreWork.forget()}
          onConfirm={() => void apply(true)}
        />
      )}
      <PlanningDialog />
    </Page>
  );
}

function Hint() {
  return (
    <Empty icon="compare" title={m.restore_choose_item()}>
      {m.restore_choose_item_hint()}
    </Empty>
  );
}
