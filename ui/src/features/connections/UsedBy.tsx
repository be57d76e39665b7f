import { Link } from '@tanstack/react-router';
import { m, number, visible } from '@/i18n';
import type { WorkflowUses } from '@/ipc';
import styles from './ConnectionsPage.module.css';

/** So many are named. */
const NAMED = 2;

/** What uses something, in a quiet line; nothing where nothing does. */
export function UsedBy({ uses }: { uses: WorkflowUses | undefined }) {
  if (!uses || uses.workflows.length === 0) return null;
  return (
    <small className={styles.quiet} data-testid="used-by">
      {m.used_by()} <UsingWorkflows uses={uses} />
    </small>
  );
}

/** The workflows that name something, the first of them by name. */
export function UsingWorkflows({ uses }: { uses: WorkflowUses }) {
  const named = uses.workflows.slice(0, NAMED);
  const rest = uses.workflows.length - named.length;
  return (
    <>
      {named.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && m.list_separator()}
          <Link to="/workflows/$id" params={{ id }}>
            {visible(name)}
          </Link>
        </span>
      ))}
      {rest > 0 && m.list_separator()}
      {rest > 0 && m.and_more({ count: uses.more ? `${number(rest)}+` : number(rest) })}
    </>
  );
}
