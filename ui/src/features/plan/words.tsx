import { Chip, type IconName, type Tone } from '@/components';
import { counted, label, m, visible } from '@/i18n';
import type { GroupCount, PlanGroup, PlanItem } from '@/ipc';
import { shapeWords } from '../catalog/shape';

export const GROUP_LOOKS: Record<PlanGroup, { icon: IconName; tone: Tone }> = {
  new: { icon: 'plus', tone: 'ok' },
  newer_there: { icon: 'undo', tone: 'run' },
  deleted_here: { icon: 'trash', tone: 'warn' },
  changed_here: { icon: 'warn', tone: 'warn' },
  conflict: { icon: 'warn', tone: 'warn' },
  duplicate: { icon: 'copy', tone: 'warn' },
  damaged: { icon: 'cross', tone: 'fail' },
  not_ours: { icon: 'skip', tone: 'off' },
  same: { icon: 'check', tone: 'off' },
};

/** Groups in which each item can be taken or left. */
export function isChoosable(group: PlanGroup): boolean {
  return group !== 'damaged' && group !== 'not_ours' && group !== 'same';
}

/** Groups of which nothing is here now. */
export function isAdded(group: PlanGroup): boolean {
  return group === 'new' || group === 'deleted_here';
}

/** What an item is: `Workflow “dev flow” · 5 stages`. */
export function itemWords(item: PlanItem): string {
  const kind = item.kind ? label('kind_name', item.kind) : '';
  const named = item.name ? m.kind_named({ kind, name: visible(item.name) }) : kind;
  return [named, yoursWords(item), shapeWords(item)].filter(Boolean).join(' · ');
}

/** What yours is called, where that is something else. */
export function yoursWords({ name_here }: PlanItem): string {
  return name_here === null ? '' : m.yours_named({ name: visible(name_here) });
}

/** What an import finds, group by group: `21 new · 3 cannot be read · 104 left out`. */
export function sumWords(groups: readonly GroupCount[]): string {
  const sums = new Map<string, number>();
  for (const { group, count } of groups) {
    const word = SUMMED[group];
    sums.set(word, (sums.get(word) ?? 0) + count);
  }
  return [...new Set(Object.values(SUMMED))]
    .filter((word) => sums.get(word))
    .map((word) => counted(`import_sum_${word}`, sums.get(word) ?? 0))
    .join(' · ');
}

/** An import speaks of no backup: what differs, differs. In the order in which it is told. */
const SUMMED = {
  new: 'new',
  conflict: 'differs',
  deleted_here: 'new',
  newer_there: 'differs',
  changed_here: 'differs',
  duplicate: 'duplicate',
  damaged: 'damaged',
  same: 'same',
  not_ours: 'left_out',
} as const satisfies Record<PlanGroup, string>;

/** The folder a file lies in, by its own name; empty where the path has none. */
export function folderName(path: string): string {
  return visible(path.split(/[\\/]/).filter(Boolean).at(-2) ?? '');
}

/** The name of an item, else of its file. */
export function itemName({ name, path }: { name: string | null; path: string | null }): string {
  return name === null ? fileName(path ?? '') : visible(name);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return visible(path.split(/[\\/]/).filter(Boolean).at(-1) ?? path);
}

/** What will happen to an item of an import. */
export function ImportOutcome({ item }: { item: PlanItem }) {
  const { icon, tone } = GROUP_LOOKS[isAdded(item.group) ? 'new' : item.group];
  if (isAdded(item.group)) {
    if (item.decision === 'skip') return <Chip icon="skip">{m.outcome_skipped()}</Chip>;
    return (
      <Chip icon={icon} tone={tone}>
        {item.id_derived ? m.outcome_new_id() : m.outcome_new()}
      </Chip>
    );
  }
  if (item.group === 'same') return <Chip icon="check">{m.outcome_same()}</Chip>;
  if (item.group === 'damaged')
    return (
      <Chip icon="cross" tone="fail">
        {m.outcome_left_out()}
      </Chip>
    );
  if (item.group === 'not_ours') return <Chip icon="skip">{m.outcome_left_out()}</Chip>;
  return (
    <Chip icon={icon} tone={tone}>
      {item.group === 'duplicate' ? m.outcome_duplicate() : m.outcome_differs()}
    </Chip>
  );
}
