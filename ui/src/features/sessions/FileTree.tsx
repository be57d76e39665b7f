import { Button, Icon } from '@/components';
import { bytes, m, visible } from '@/i18n';
import type { SessionFile } from '@/ipc';
import styles from './Files.module.css';
import { keyLines, kindWords } from './words';

interface Props {
  files: readonly SessionFile[];
  onShow?: (path: string) => void;
}

/** The files of a configuration by the folders they lie in. */
export function FileTree({ files, onShow }: Props) {
  return byFolder(files).map(([folder, inside]) => (
    <section key={folder} className={styles.folder}>
      <h3>
        <Icon name="folder" />
        {folder === '' ? m.snapshot_root() : visible(folder)}
      </h3>
      <ul>
        {inside.map((file) => (
          <li
            key={file.path}
            className={styles.file}
            data-shown={onShow ? '' : undefined}
            data-testid={`kept-${file.path}`}
          >
            <Icon name={file.masked ? 'lock' : 'file'} />
            <span className={styles.words}>
              {visible(file.path.slice(folder === '' ? 0 : folder.length + 1))}
              {file.masked && <small>{keyLines(file.masked_places)}</small>}
            </span>
            <span className={styles.kind}>{kindWords(file.kind)}</span>
            <span className={styles.quiet}>{bytes(file.bytes)}</span>
            {onShow && (
              <Button
                look="quiet"
                aria-label={m.session_show_kept_of({ path: visible(file.path) })}
                onPress={() => onShow(file.path)}
                data-testid={`show-kept-${file.path}`}
              >
                {m.session_show_difference()}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** Folders in order, each with the files right in it. */
function byFolder(files: readonly SessionFile[]): [string, SessionFile[]][] {
  const folders = new Map<string, SessionFile[]>();
  for (const file of files) {
    const end = file.path.lastIndexOf('/');
    const folder = end < 0 ? '' : file.path.slice(0, end);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].sort(([one], [other]) => (one < other ? -1 : 1));
}
