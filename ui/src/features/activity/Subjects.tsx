import { Link } from '@tanstack/react-router';
import { Icon } from '@/components';
import { counted, m, visible } from '@/i18n';
import type { OperationItem } from '@/ipc';
import { documentLink, isKind, KINDS } from '../catalog/kinds';
import styles from './ActivityPage.module.css';

interface Props {
  items: readonly OperationItem[];
  /** How many there are in all. */
  count: number;
}

/** What an operation touched, each leading to its revisions. */
export function Subjects({ items, count }: Props) {
  if (items.length === 0) return null;
  return (
    <>
      <ul className={styles.subjects}>
        {items.map((item) => (
          <li key={`${item.kind} ${item.id}`}>
            <Subject item={item} />
          </li>
        ))}
      </ul>
      {count > items.length && (
        <p className={styles.subject}>{counted('more_items', count - items.length)}</p>
      )}
    </>
  );
}

/** A task folder that came or went with what was done: it has no revisions. */
function Folder({ item: { id, name, after } }: { item: OperationItem }) {
  const words = (
    <>
      <Icon name="folder" />
      <span>{visible(name ?? id)}</span>
      <small>{m.task_folder_one()}</small>
    </>
  );
  if (after === null || after === undefined) return <div className={styles.subject}>{words}</div>;
  return (
    <Link to="/task-folders/$id" params={{ id }} className={styles.subject}>
      {words}
    </Link>
  );
}

function Subject({ item }: { item: OperationItem }) {
  const { kind, id, name, before, after } = item;
  if (kind === 'folder') return <Folder item={item} />;
  const revisions =
    after === null || after === undefined
      ? m.revision_deleted()
      : before === null || before === undefined
        ? m.revision_number({ number: after })
        : m.revision_step({ from: before, to: after });
  const words = (
    <>
      <Icon name={isKind(kind) ? KINDS[kind].icon : 'file'} />
      <span>{visible(name ?? id)}</span>
      <small>{revisions}</small>
    </>
  );
  if (!isKind(kind) || after === null || after === undefined)
    return <div className={styles.subject}>{words}</div>;
  return (
    <Link {...documentLink(kind, id, { tab: 'revisions' })} className={styles.subject}>
      {words}
    </Link>
  );
}
