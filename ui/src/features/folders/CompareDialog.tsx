import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  Chip,
  Choice,
  type Column,
  Dialog,
  Empty,
  ErrorNotice,
  RowList,
  Segments,
  Spring,
  type Tone,
} from '@/components';
import { TextDifference } from '@/components/TextDifference';
import { begun, bytes, counted, label, m, number, say, visible } from '@/i18n';
import type { ArchiveRow, FolderCompared, FolderComparedFile, FolderShow } from '@/ipc';
import { WorkProgress } from '../plan/WorkProgress';
import { useLongLook } from '../useLongLook';
import rows from './Archives.module.css';
import styles from './Compare.module.css';
import { archiveTitle } from './files';
import { archivesQuery, compareTextQuery } from './queries';

/** The choice of the folder as it is; no archive is called so. */
const NOW = 'now';

interface Props {
  folder: FolderShow;
  item: ArchiveRow;
  onClose: () => void;
}

/** An archive beside the folder as it is, or beside another archive: which files differ, and in what. */
export function CompareDialog({ folder, item, onClose }: Props) {
  const [other, setOther] = useState(NOW);
  const archives = useQuery(archivesQuery(folder.id)).data ?? [];
  const others = archives.filter(({ archive }) => archive !== item.archive);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title={m.compare_title()}
      subtitle={archiveTitle(item)}
      data-testid="dialog-compare"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.close()}</Button>
        </>
      }
    >
      <Choice
        label={m.compare_with()}
        value={other}
        onChange={setOther}
        options={[
          { value: NOW, label: m.compare_with_now() },
          ...others.map((one) => ({ value: one.archive, label: archiveTitle(one) })),
        ]}
        data-testid="compare-with"
      />
      <Comparison
        key={other}
        folder={folder}
        item={item}
        other={other === NOW ? undefined : other}
        onClose={onClose}
      />
    </Dialog>
  );
}

interface ComparisonProps extends Props {
  other: string | undefined;
}

function Comparison({ folder, item, other, onClose }: ComparisonProps) {
  const look = useLongLook('folder_compare', { id: folder.id, archive: item.archive, other });
  if (look.error) return <ErrorNotice error={look.error} onRetry={() => look.refetch()} />;
  if (!look.data)
    return (
      <WorkProgress
        title={m.compare_working()}
        status="running"
        progress={look.progress}
        startedAt={look.startedAt}
        onCancel={onClose}
      />
    );
  return <Compared folder={folder} item={item} other={other} compared={look.data} />;
}

type Shown = 'changed' | 'all';

interface ComparedProps {
  folder: FolderShow;
  item: ArchiveRow;
  other: string | undefined;
  compared: FolderCompared;
}

function Compared({ folder, item, other, compared }: ComparedProps) {
  const [shown, setShown] = useState<Shown>('changed');
  const [open, setOpen] = useState<string | null>(null);
  const files = compared.items.filter(({ relation }) => shown === 'all' || relation !== 'same');
  const opened =
    files.find(({ name }) => name === open) ??
    files.find(({ relation }) => relation === 'changed') ??
    files[0];
  return (
    <>
      <div className={styles.bar}>
        <Segments
          label={m.view_choice()}
          size="small"
          value={shown}
          onChange={setShown}
          options={[
            { value: 'changed', label: m.compare_show_changed(), testid: 'compare-changed' },
            { value: 'all', label: m.compare_show_all(), testid: 'compare-all' },
          ]}
        />
        <span className={rows.quiet}>
          {counted('compare_sum', compared.total, { changed: number(compared.changed) })}
        </span>
      </div>
      {files.length === 0 ? (
        <Empty icon="check" title={m.compare_none()} />
      ) : (
        <div className={styles.sides}>
          <div className={styles.list}>
            <RowList
              label={m.compare_files()}
              columns={columns()}
              total={files.length}
              at={(index) => files[index]}
              idOf={({ name }) => name}
              onRange={() => undefined}
              onOpen={({ name }) => setOpen(name)}
            />
          </div>
          {opened && (
            <section className={styles.text} aria-label={visible(opened.name)}>
              <h3 title={visible(opened.name)}>{visible(opened.name)}</h3>
              <Texts
                key={opened.name}
                folder={folder}
                archive={item.archive}
                other={other}
                file={opened}
              />
            </section>
          )}
        </div>
      )}
    </>
  );
}

interface TextsProps {
  folder: FolderShow;
  archive: string;
  other: string | undefined;
  file: FolderComparedFile;
}

/** What of a text differs; of anything else, that it is none. */
function Texts({ folder, archive, other, file }: TextsProps) {
  const texts = useQuery({
    ...compareTextQuery({ id: folder.id, archive, other, file: file.name }),
    enabled: file.relation === 'changed',
  });
  if (file.reason) return <p className={styles.none}>{begun(visible(say(file.reason)))}</p>;
  if (file.relation !== 'changed')
    return <p className={styles.none}>{begun(label('compare', file.relation))}</p>;
  if (texts.error) return <ErrorNotice error={texts.error} />;
  if (!texts.data) return null;
  const { reason, before = '', after = '' } = texts.data;
  if (reason) return <p className={styles.none}>{begun(visible(say(reason)))}</p>;
  return (
    <div className={styles.difference}>
      <ul className={styles.legend}>
        <li data-side="before">{m.compare_legend_then()}</li>
        <li data-side="after">
          {other === undefined ? m.compare_legend_now() : m.compare_legend_other()}
        </li>
      </ul>
      <TextDifference label={visible(file.name)} before={before} after={after} />
    </div>
  );
}

const TONES: Record<FolderComparedFile['relation'], Tone> = {
  same: 'off',
  changed: 'run',
  only_then: 'warn',
  only_now: 'ok',
  unknown: 'fail',
};

function columns(): Column<FolderComparedFile>[] {
  return [
    {
      key: 'name',
      title: m.column_name(),
      width: 'minmax(0, 1fr)',
      cell: ({ name, then_bytes, now_bytes }) => (
        <span className={rows.name}>
          <span className={rows.words}>
            <b title={visible(name)}>{visible(name)}</b>
            <small>{sizes(then_bytes, now_bytes)}</small>
          </span>
        </span>
      ),
    },
    {
      key: 'relation',
      title: m.compare_relation(),
      width: '162px',
      cell: ({ relation }) => <Chip tone={TONES[relation]}>{label('compare', relation)}</Chip>,
    },
  ];
}

function sizes(then: number | undefined, now: number | undefined): string {
  if (then === undefined || now === undefined || then === now) return bytes(now ?? then ?? 0);
  return `${bytes(then)} → ${bytes(now)}`;
}
