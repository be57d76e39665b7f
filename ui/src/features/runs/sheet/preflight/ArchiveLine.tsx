import { Chip, Icon } from '@/components';
import { bytes, counted, listed, m, visible } from '@/i18n';
import type { RunPreviewFolder } from '@/ipc';
import { folderName } from '../../folder/path';
import styles from './Preflight.module.css';

/** So many names stand in the line. */
const NAMED = 3;

interface Props {
  folder: RunPreviewFolder;
  /** Whether only one task would run. */
  isStep: boolean;
}

/** What comes before the first task: what lies in the folder is archived. */
export function ArchiveLine({ folder, isStep }: Props) {
  const archives = isStep ? folder.archives_step : folder.archives;
  const { files, kept } = folder;
  const what = [
    listed(folder.names.map(visible), NAMED),
    kept.length > 0 && m.preflight_kept({ names: listed(kept.map(visible), NAMED) }),
  ];
  const line = (
    <span className={styles.line}>
      <Icon name="box" />
      <span className={styles.name}>
        {wordsOf(folder, archives, isStep)}
        {archives && files > 0 && (
          <small className={styles.whole}>{what.filter(Boolean).join(' · ')}</small>
        )}
      </span>
      <span className={styles.on}>
        {visible(folderName(folder.path))}
        {archives && files > 0 && <small>{bytes(folder.bytes)}</small>}
      </span>
      <Chip
        tone={folder.trouble ? 'warn' : archives && files > 0 ? 'run' : 'off'}
        icon={folder.trouble ? 'warn' : archives && files > 0 ? 'box' : 'check'}
      >
        {folder.trouble
          ? m.preflight_folder_trouble()
          : archives && files > 0
            ? m.preflight_first()
            : m.preflight_ready()}
      </Chip>
      {folder.names.length > NAMED && <Icon name="down" size={14} />}
    </span>
  );
  if (folder.names.length <= NAMED) return <div data-testid="preflight-archive">{line}</div>;
  return (
    <details className={styles.fold} data-testid="preflight-archive">
      <summary>{line}</summary>
      <ul className={styles.more}>
        {folder.names.map((name) => (
          <li key={name}>{visible(name)}</li>
        ))}
        {files > folder.names.length && (
          <li>{counted('run_archive_more', files - folder.names.length)}</li>
        )}
      </ul>
    </details>
  );
}

function wordsOf(folder: RunPreviewFolder, archives: boolean, isStep: boolean): string {
  if (folder.trouble) return m.preflight_folder();
  if (!archives) return isStep ? m.preflight_archive_step() : m.preflight_archive_off();
  return folder.files > 0 ? counted('preflight_archive', folder.files) : m.preflight_archive_none();
}
