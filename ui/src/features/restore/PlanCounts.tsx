import { Chip } from '@/components';
import { counted, m, say, when } from '@/i18n';
import type { PlanSummary } from '@/ipc';
import { GROUP_LOOKS } from '../plan/words';

/** How much of a plan is in each group, and what else is to be known of it. */
export function PlanCounts({ summary }: { summary: PlanSummary }) {
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, flex: 'none', alignItems: 'center' }}>
      {summary.groups.map(({ group, count }) => (
        <Chip key={group} {...GROUP_LOOKS[group]}>
          {counted(`group_chip_${group}`, count)}
        </Chip>
      ))}
      <span style={{ color: 'var(--text-2)' }}>{summary.notes.map(say).join(' · ')}</span>
    </div>
  );
}

function provenWords({ verified, groups, notes }: PlanSummary): string {
  if (!verified) return m.restore_unverified();
  const isDamaged =
    groups.some(({ group, count }) => group === 'damaged' && count > 0) ||
    notes.some(({ code }) => code === 'plan_note_damaged_part');
  return isDamaged ? m.restore_verified_damaged() : m.restore_verified();
}

/** What a plan is made from, on one line. */
export function sourceWords(summary: PlanSummary): string {
  const total = summary.groups.reduce((sum, group) => sum + group.count, 0);
  return [
    summary.backup_created_at
      ? m.restore_backup_of({ when: when(summary.backup_created_at) })
      : m.restore_loose(),
    summary.source,
    counted('n_items', total),
    provenWords(summary),
    summary.from_elsewhere && m.restore_from_elsewhere(),
  ]
    .filter(Boolean)
    .join(' · ');
}
