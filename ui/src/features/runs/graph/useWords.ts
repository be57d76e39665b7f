import { useMemo } from 'react';
import type { Links } from '@/components/graph';
import { listed, m, took, visible } from '@/i18n';
import type { RunTask } from '@/ipc';
import { actionWords } from '../../catalog/forms/actions';
import type { ShownRun } from '../queries';
import { lengthOf } from '../task/length';
import { barsOf } from '../timeline/bars';
import { slowWords, type UsualOf, withUsual } from '../timeline/usual';
import { noteOf, rowName } from '../timeline/words';
import { reasonOf } from '../waits';

/** So many tasks before one are named to those who hear it. */
const NAMED = 3;

interface Words {
  /** `Failed · 3 attempts · 4s`: what stands under its name. */
  note: string;
  /** `load, failed, attempt 3 of 3, 4 seconds, after extract orders`: for those who hear it. */
  label: string;
}

interface Props {
  run: ShownRun;
  usual: UsualOf;
  links: Links;
  names: ReadonlyMap<string, string>;
  now: Date;
  /** The tasks on the critical path, where that is asked for. */
  path: ReadonlySet<string> | undefined;
}

/** What is said of a task in the graph, put in words once for each time that is told. */
export function useWords({ run, usual, links, names, now, path }: Props) {
  return useMemo(() => {
    const said = new Map<number, Words>();
    const origin = Date.parse(run.start_time);
    const wordsOf = (node: number, task: RunTask): Words => {
      const reason = reasonOf(task, run, names, now);
      const bars = withUsual(barsOf(task, run.status, origin), usual.get(task.id));
      const slow = slowWords(bars, now.getTime() - origin);
      const length = lengthOf(task.attempts, now);
      const before = (links.before[node] ?? []).map((one) => run.tasks[one]?.name ?? '');
      const back = (links.back[node] ?? []).map((one) => run.tasks[one]?.name ?? '');
      const heard = [
        reason,
        slow,
        before.length > 0 && m.run_definition_after({ names: listed(before.map(visible), NAMED) }),
        back.length > 0 && m.graph_back_to({ names: listed(back.map(visible), NAMED) }),
        task.action === 'manual' && task.status !== 'waiting' && actionWords('manual'),
        path?.has(task.id) && m.critical_on_path(),
      ].filter(Boolean);
      const seen = [noteOf(task, reason), length !== null && took(length), slow].filter(Boolean);
      return {
        note: seen.join(' · '),
        label: rowName(task, heard.join(m.timeline_row_separator()) || undefined, now),
      };
    };
    return (node: number, task: RunTask): Words => {
      const known = said.get(node) ?? wordsOf(node, task);
      said.set(node, known);
      return known;
    };
  }, [run, usual, links, names, now, path]);
}
