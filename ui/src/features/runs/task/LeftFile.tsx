import { Button, Icon } from '@/components';
import { bytes, m, visible } from '@/i18n';
import { type RunFile, shell } from '@/ipc';
import { tellFailure } from '../../command';
import { LongText } from '../data/LongText';
import styles from './LeftFile.module.css';

interface Props {
  run: string;
  task: string;
  file: RunFile;
}

/** A file that a task left: where it is, the ways to it, and how it begins. */
export function LeftFile({ run, task, file }: Props) {
  const { member, path, opens, text } = file;
  const open = (folder: boolean) =>
    void shell.open_run_file({ id: run, task, member, folder }).catch(tellFailure);
  return (
    <div className={styles.file} data-testid={`file-${task}`}>
      <div className={styles.head}>
        <Icon name="file" />
        <p className={styles.where}>
          <b>{visible(nameOf(path))}</b>
          <small>{bytes(file.bytes)}</small>
        </p>
        {opens && (
          <Button onPress={() => open(false)} data-testid="file-open">
            {m.file_open()}
          </Button>
        )}
        <Button icon="folder" onPress={() => open(true)} data-testid="file-show">
          {m.file_show()}
        </Button>
      </div>
      <code className={styles.path} data-selectable>
        {visible(path)}
      </code>
      {text !== undefined && <LongText text={text} label={m.file_begins()} />}
    </div>
  );
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
