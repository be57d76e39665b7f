import { useEffect, useRef, useState } from 'react';
import {
  Button,
  Chip,
  type Column,
  Dialog,
  ErrorNotice,
  Icon,
  NOTHING,
  Notice,
  RowList,
  Segments,
  type Selection,
  Spring,
} from '@/components';
import { begun, bytes, counted, listed, m, say, visible } from '@/i18n';
import type {
  ArchiveRow,
  CallError,
  FolderPutBackFile,
  FolderPutBackPlan,
  FolderShow,
} from '@/ipc';
import { WorkProgress } from '../plan/WorkProgress';
import { ResultList } from '../restore/ResultList';
import { useLongLook } from '../useLongLook';
import rows from './Archives.module.css';
import { archiveTitle } from './files';
import styles from './PutBack.module.css';
import { putBackWork, useIsBusy, usePutBack } from './work';

/** So many names are told. */
const NAMED = 6;

/** Heights of a row and of what stands around them, in pixels, and how many rows are in sight at once. */
const ROW = 44;
const HEAD = 37;
const MOST_ROWS = 5;

interface Props {
  folder: FolderShow;
  item: ArchiveRow;
  onClose: () => void;
}

/** Before files of an archive are put back: what comes, what makes way for it, and what cannot come. */
export function PutBackDialog({ folder, item, onClose }: Props) {
  const input = { id: folder.id, archive: item.archive };
  const look = useLongLook('folder_put_back_plan', input);
  const [changed, setChanged] = useState<CallError | null>(null);
  const again = (error: CallError) => {
    setChanged(error);
    void look.refetch();
  };
  const plan = look.data;
  if (plan && !look.isFetching)
    return (
      <Planned
        folder={folder}
        item={item}
        plan={plan}
        changed={changed}
        onChanged={again}
        onLookAgain={() => void look.refetch()}
        onClose={onClose}
      />
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.put_back_title()}
      subtitle={archiveTitle(item)}
      data-testid="dialog-put-back"
      foot={
        look.error && (
          <>
            <Spring />
            <Button onPress={onClose}>{m.close()}</Button>
          </>
        )
      }
    >
      {look.error ? (
        <ErrorNotice error={look.error} onRetry={() => look.refetch()} />
      ) : (
        <WorkProgress
          title={m.put_back_looking()}
          status="running"
          progress={look.progress}
          startedAt={look.startedAt}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}

type Extent = 'all' | 'few';

interface PlannedProps extends Props {
  plan: FolderPutBackPlan;
  /** That this is not the first plan, because the folder has changed since. */
  changed: CallError | null;
  onChanged: (error: CallError) => void;
  /** Something else than Flowkeep may make room meanwhile. */
  onLookAgain: () => void;
}

function Planned({ folder, item, plan, changed, onChanged, onLookAgain, onClose }: PlannedProps) {
  const putBack = usePutBack(folder.id);
  const [isUnderWay, setUnderWay] = useState(false);
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  const returning = plan.files.filter(({ state }) => state === 'returns');
  // What made way may be a few files alone: the folder was never only they, and they are what is wanted.
  const madeWay = item.made_way_for !== undefined;
  const [extent, setExtent] = useState<Extent>(madeWay ? 'few' : 'all');
  const [chosen, setChosen] = useState<Selection>(
    madeWay ? new Set(returning.map(({ name }) => name)) : NOTHING,
  );
  const offered = plan.files.filter(({ state }) => state === 'returns' || state === 'besides');
  const coming = extent === 'all' ? returning : offered.filter(({ name }) => chosen.has(name));
  const makesWay =
    extent === 'all' ? plan.makes_way : coming.flatMap(({ replaces }) => replaces ?? []);
  const isHeld = folder.held_by !== undefined;
  const isBusy = useIsBusy(folder.id);
  const noRoom = extent === 'all' ? plan.no_room : undefined;
  const canStart = coming.length > 0 && !isHeld && !isBusy && !noRoom;
  const start = async () => {
    if (!canStart) return;
    const files = extent === 'all' ? undefined : coming.map(({ name }) => name);
    const input = { id: folder.id, archive: item.archive, files, stamp: plan.stamp };
    // The folder's page shows how far it is and can cancel it.
    setUnderWay(true);
    const error = await putBack(input);
    // Whoever looks at something else by then finds what came of it on the page.
    if (!isHere.current) return;
    if (error?.code !== 'plan_changed') return onClose();
    putBackWork(folder.id).forget();
    onChanged(error);
  };
  if (isUnderWay) return null;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      onEnter={() => void start()}
      title={m.put_back_title()}
      subtitle={archiveTitle(item)}
      data-testid="dialog-put-back"
      foot={
        <>
          <Spring />
          <Button onPress={onClose}>{m.cancel()}</Button>
          <Button
            look="primary"
            onPress={() => void start()}
            isDisabled={!canStart}
            data-testid="put-back-start"
          >
            {coming.length > 0 ? counted('put_back_start', coming.length) : m.put_back_none()}
          </Button>
        </>
      }
    >
      {changed && <ErrorNotice error={changed} />}
      {offered.length > 0 && (
        <div className={styles.extent}>
          <Segments
            label={m.put_back_extent()}
            value={extent}
            onChange={setExtent}
            options={[
              { value: 'all', label: m.put_back_all(), testid: 'put-back-all' },
              { value: 'few', label: m.put_back_few(), testid: 'put-back-few' },
            ]}
          />
        </div>
      )}
      {offered.length > 0 && (
        <p className={styles.words}>
          {extent === 'all' ? m.put_back_all_hint() : m.put_back_few_hint()}
        </p>
      )}
      {offered.length > 0 && (
        <Files
          files={extent === 'all' ? returning : offered}
          chosen={extent === 'few' ? chosen : undefined}
          onChoose={setChosen}
        />
      )}
      <Facts
        plan={plan}
        makesWay={makesWay}
        canStart={coming.length > 0}
        isWhole={extent === 'all' && makesWay.length > 0}
      />
      {noRoom && (
        <Notice
          tone="warn"
          icon="warn"
          data-testid="put-back-no-room"
          end={
            <Button onPress={onLookAgain} data-testid="put-back-look-again">
              {m.put_back_look_again()}
            </Button>
          }
        >
          {m.put_back_no_room({ needed: bytes(noRoom.needed), free: bytes(noRoom.free) })}
        </Notice>
      )}
      {isHeld && (
        <Notice tone="warn" icon="play">
          {m.put_back_held()}
        </Notice>
      )}
    </Dialog>
  );
}

interface FactsProps {
  plan: FolderPutBackPlan;
  makesWay: readonly string[];
  canStart: boolean;
  /** Whether the whole folder is archived first. */
  isWhole: boolean;
}

/** What becomes of the rest: what makes way, what is the same, what cannot come and what nobody can prove. */
function Facts({ plan, makesWay, canStart, isWhole }: FactsProps) {
  const same = plan.files.filter(({ state }) => state === 'same').length;
  const hindered = plan.files.filter(({ state }) => state === 'hindered');
  const unverified = plan.files.some((file) => file.state === 'returns' && file.unverified);
  return (
    <>
      <div className={styles.fate}>
        {canStart && makesWay.length > 0 && (
          <Notice tone="off" icon="box" data-testid="put-back-makes-way">
            <p>{counted('put_back_makes_way', makesWay.length)}</p>
            <p className={styles.names} title={makesWay.map(visible).join('\n')}>
              {listed(makesWay.map(visible), NAMED)}
            </p>
          </Notice>
        )}
        {canStart && makesWay.length === 0 && (
          <p className={styles.words}>{m.put_back_nothing_in_the_way()}</p>
        )}
      </div>
      {same > 0 && (
        <p className={styles.words}>
          {counted(isWhole && canStart ? 'put_back_same_copied' : 'put_back_same', same)}
        </p>
      )}
      {plan.unread ? (
        <Notice tone="warn" icon="info">
          {m.put_back_unread({ reason: visible(say(plan.unread)) })}
        </Notice>
      ) : (
        unverified && (
          <Notice tone="off" icon="info">
            {m.put_back_unverified()}
          </Notice>
        )
      )}
      {hindered.length > 0 && (
        <section className={styles.hindered} data-testid="put-back-hindered">
          <p>{counted('put_back_hindered', hindered.length)}</p>
          <ResultList
            rows={hindered.map(({ name, reason }) => ({
              name: visible(name),
              reason: reason ? begun(visible(say(reason))) : '',
            }))}
          />
        </section>
      )}
    </>
  );
}

interface FilesProps {
  files: readonly FolderPutBackFile[];
  /** Absent where all of them come. */
  chosen?: Selection;
  onChoose: (chosen: Selection) => void;
}

function Files({ files, chosen, onChoose }: FilesProps) {
  const toggle = ({ name }: FolderPutBackFile) => {
    if (!chosen) return;
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChoose(next);
  };
  return (
    <div
      className={styles.files}
      style={{ height: Math.min(files.length, MOST_ROWS) * ROW + HEAD }}
    >
      <RowList
        label={m.put_back_files()}
        columns={columns()}
        total={files.length}
        at={(index) => files[index]}
        idOf={({ name }) => name}
        onRange={() => undefined}
        onOpen={toggle}
        rowHeight={ROW}
        selection={chosen}
        onSelect={onChoose}
        idsBetween={async (first, last) => files.slice(first, last + 1).map(({ name }) => name)}
      />
    </div>
  );
}

function columns(): Column<FolderPutBackFile>[] {
  return [
    {
      key: 'name',
      title: m.column_name(),
      width: 'minmax(0, 1fr)',
      cell: (file) => (
        <span className={rows.name}>
          <Icon name={file.link_target === undefined ? 'file' : 'link'} />
          <span className={rows.words}>
            <b title={visible(file.name)}>{visible(file.name)}</b>
            <Told file={file} />
          </span>
        </span>
      ),
    },
    {
      key: 'now',
      title: m.put_back_now(),
      width: '150px',
      cell: (file) =>
        file.replaces === undefined ? (
          <span className={rows.quiet}>{m.put_back_not_there()}</span>
        ) : (
          <Chip>{m.put_back_archived_first()}</Chip>
        ),
    },
    {
      key: 'size',
      title: m.column_size(),
      width: '88px',
      align: 'end',
      cell: (file) => (
        <span className={rows.quiet}>{file.bytes !== undefined && bytes(file.bytes)}</span>
      ),
    },
  ];
}

/** What is to be known of a file besides its name. */
function Told({ file }: { file: FolderPutBackFile }) {
  const told = [
    file.archived_as !== undefined && m.put_back_called({ name: visible(file.archived_as) }),
    file.link_target !== undefined && m.archive_link({ target: visible(file.link_target) }),
    file.state === 'besides' && begun(m.archive_besides()),
  ].filter((words) => typeof words === 'string');
  if (told.length === 0) return null;
  const words = told.join(' · ');
  return <small title={words}>{words}</small>;
}
