import { Chip } from '@/components';
import { begun, bytes, counted, dated, exactly, m, say, visible } from '@/i18n';
import type { ArchiveRow } from '@/ipc';
import styles from './Archives.module.css';
import { archivedWords } from './files';
import { isBroken, isUnrecorded } from './record';

interface Props {
  item: ArchiveRow;
  isOpen: boolean;
  onOpen: () => void;
}

/** One archive among the others of its folder: when, how much, and whether it is whole. */
export function ArchiveLine({ item, isOpen, onOpen }: Props) {
  const { archive, created_at, broken } = item;
  return (
    <li className={styles.stop} data-on={isOpen || undefined}>
      <button
        type="button"
        className={styles.open}
        aria-current={isOpen}
        onClick={onOpen}
        data-testid={`archive-${archive}`}
      >
        <span className={styles.when} title={created_at ? exactly(created_at) : undefined}>
          {created_at ? dated(created_at) : visible(archive)}
        </span>
        <span className={styles.quiet}>
          {archivedWords(item)} · {bytes(item.bytes)}
        </span>
        <span className={styles.marks}>
          <Marks item={item} />
        </span>
        {broken && <span className={styles.why}>{begun(visible(say(broken)))}</span>}
      </button>
    </li>
  );
}

/** What is to be known of an archive besides. */
export function Marks({ item }: { item: ArchiveRow }) {
  return (
    <>
      {isBroken(item) && (
        <Chip tone="fail" icon="warn">
          {m.archive_broken()}
        </Chip>
      )}
      {isUnrecorded(item) && <Chip icon="info">{m.archive_unrecorded()}</Chip>}
      {item.missing > 0 && (
        <Chip tone="warn" icon="warn">
          {counted('archive_missing', item.missing)}
        </Chip>
      )}
      {item.failed > 0 && (
        <Chip tone="warn" icon="warn">
          {counted('archive_not_taken', item.failed)}
        </Chip>
      )}
      {item.earlier && (
        <Chip icon="clock" title={m.archive_earlier_hint()}>
          {m.archive_earlier()}
        </Chip>
      )}
    </>
  );
}
