import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Button, Card, Empty, ErrorNotice } from '@/components';
import { bytes, counted, m } from '@/i18n';
import type { ArchiveRow, FolderShow } from '@/ipc';
import { TwoPanes } from '../catalog/forms/TwoPanes';
import { ArchiveLine } from './ArchiveLine';
import { ArchivePanel } from './ArchivePanel';
import styles from './Archives.module.css';
import { CleanUpArchives } from './CleanUpArchives';
import { archivesQuery } from './queries';
import { isBroken } from './record';

interface Props {
  folder: FolderShow;
  /** The archive that is looked into. */
  open: string | undefined;
  onOpen: (archive: string | undefined) => void;
}

/** What earlier runs left, the newest first; one of them opened to its files. */
export function ArchivesTab({ folder, open, onOpen }: Props) {
  const archives = useQuery(archivesQuery(folder.id));
  const items = archives.data ?? [];
  const [isCleaning, setIsCleaning] = useState(false);
  // What somebody looks at stays, whatever is archived meanwhile.
  const [shown, setShown] = useState<string>();
  const isOpen = (name: string | undefined) => items.find(({ archive }) => archive === name);
  const looked = (isOpen(open) ?? isOpen(shown) ?? items[0])?.archive;
  useEffect(() => setShown(looked), [looked]);
  if (archives.error)
    return <ErrorNotice error={archives.error} onRetry={() => archives.refetch()} />;
  if (!archives.data) return null;
  if (items.length === 0)
    return (
      <Card fill="hold">
        <Empty icon="box" title={m.archives_none()}>
          {m.archives_none_hint()}
        </Empty>
      </Card>
    );
  const opened = isOpen(open) ?? isOpen(shown) ?? items[0];
  return (
    <TwoPanes
      main={
        <Card fill="scroll">
          <div className={styles.sum}>
            <p>{sumWords(items)}</p>
            <Button
              icon="trash"
              onPress={() => setIsCleaning(true)}
              data-testid="archives-clean-up"
            >
              {m.archives_clean_up_look()}
            </Button>
          </div>
          <ol className={styles.line} aria-label={m.task_folder_archives()}>
            {items.map((item) => (
              <ArchiveLine
                key={item.archive}
                item={item}
                isOpen={item === opened}
                onOpen={() => onOpen(item.archive)}
              />
            ))}
          </ol>
          {isCleaning && <CleanUpArchives folder={folder} onClose={() => setIsCleaning(false)} />}
        </Card>
      }
      side={opened && <ArchivePanel key={opened.archive} folder={folder} item={opened} />}
    />
  );
}

/** How many there are and what they take. */
function sumWords(items: readonly ArchiveRow[]): string {
  const broken = items.filter(isBroken).length;
  return [
    counted('n_archives', items.length),
    bytes(items.reduce((sum, item) => sum + item.bytes, 0)),
    ...(broken > 0 ? [counted('archives_broken', broken)] : []),
  ].join(' · ');
}
