import { Icon, type IconName, Tick } from '@/components';
import { counted, m } from '@/i18n';
import type { PlanPart } from '@/ipc';
import { useDecide } from '../plan/plans';
import styles from './PlanGroups.module.css';

const ICONS: Record<string, IconName> = {
  operation: 'clock',
  settings: 'settings',
  run: 'play',
  connection: 'database',
  folder: 'folder',
  session: 'session',
  log: 'file',
};

/** What a backup brings beside documents, each part to be taken or left. */
export function PlanParts({ plan, parts }: { plan: string; parts: readonly PlanPart[] }) {
  const decide = useDecide(plan);
  if (parts.length === 0) return null;
  return (
    <section aria-label={m.plan_parts()} data-testid="plan-parts">
      <h2 className={styles.group}>
        <span>{m.plan_parts()}</span>
        <small>{m.plan_parts_hint()}</small>
      </h2>
      <ul>
        {parts.map(({ kind, count, chosen }) => (
          <li key={kind} className={styles.item} data-testid={`part-${kind}`}>
            <Tick
              label={m.choose_named({ name: counted(`plan_part_${kind}`, count) })}
              state={chosen}
              onChange={(on) => decide.mutate({ parts: [kind], decision: on ? 'take' : 'skip' })}
            />
            <span className={styles.part}>
              <Icon name={ICONS[kind] ?? 'file'} />
              <span className={styles.name}>{counted(`plan_part_${kind}`, count)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
