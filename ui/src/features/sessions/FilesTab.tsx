import { useState } from 'react';
import { Choice, Empty } from '@/components';
import { bytes, dated, m } from '@/i18n';
import type { SessionShow } from '@/ipc';
import { isOfTheWork, newestWithFiles } from './candidates';
import { FileDifference } from './FileDifference';
import styles from './Files.module.css';
import { FileTree } from './FileTree';
import { Findings } from './Findings';
import { NoSnapshots } from './NoSnapshots';
import { filesWords } from './words';

interface Props {
  session: SessionShow;
  /** The snapshot whose files are shown; the newest unless told. */
  snapshot: string | undefined;
  onSnapshot: (snapshot: string) => void;
}

/** What one snapshot of a session holds, and what it could not. */
export function FilesTab({ session, snapshot, onSnapshot }: Props) {
  const { snapshots } = session;
  const [path, setPath] = useState<string | null>(null);
  const shown =
    snapshots.find(({ id }) => id === snapshot) ?? newestWithFiles(snapshots) ?? snapshots.at(-1);
  if (!shown) return <NoSnapshots session={session} />;
  return (
    <div className={styles.scroll}>
      <div className={styles.bar}>
        <Choice
          label={m.snapshot_choose()}
          labelling="hidden"
          value={shown.id}
          onChange={onSnapshot}
          options={snapshots.toReversed().map((one) => ({
            value: one.id,
            label: `${m.snapshot_number({ number: one.sequence })} · ${dated(one.at)}`,
            detail: isOfTheWork(one) ? undefined : m.snapshot_written_over(),
          }))}
          data-testid="snapshot-choice"
        />
        <span className={styles.quiet}>{filesWords(shown.files.length, bytes(shown.bytes))}</span>
        {shown.encrypted && <span className={styles.quiet}>{m.snapshot_encrypted_note()}</span>}
      </div>
      <Findings {...shown} />
      {shown.files.length === 0 && <Empty icon="file" title={m.snapshot_without_files()} />}
      <FileTree files={shown.files} onShow={setPath} />
      {path !== null && (
        <FileDifference
          input={{ id: session.id, snapshot: shown.id, path }}
          hash={shown.files.find((file) => file.path === path)?.sha256}
          onClose={() => setPath(null)}
        />
      )}
    </div>
  );
}
