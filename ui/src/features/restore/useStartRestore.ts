import { useNavigate } from '@tanstack/react-router';
import { m } from '@/i18n';
import { type ChosenPlace, shell } from '@/ipc';
import { tellFailure } from '../command';
import { useKeepPlan } from '../plan/plans';
import { restorePlanWork, restoreWork } from './work';

/** Make the plan of a restore and go to it. Its progress is shown by `PlanningDialog`. */
export function useStartRestore() {
  const navigate = useNavigate();
  const keep = useKeepPlan();
  const start = async (from: ChosenPlace | undefined) => {
    try {
      const summary = await restorePlanWork.start({ from });
      restorePlanWork.forget();
      restoreWork.forget();
      keep(summary);
      await navigate({ to: '/backup/restore', search: { plan: summary.plan_id } });
    } catch {
      // The dialog tells what it failed with; a cancelled one needs no words.
    }
  };
  const pick = async () => {
    try {
      const folder = await shell.pick_folder({ title: m.restore_pick_title() });
      if (folder) await start({ picked: folder.token });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  return { start, pick };
}
