import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button, Card, Choice, Empty, ErrorNotice, SearchField } from '@/components';
import { label, m, say, visible } from '@/i18n';
import { CallError, type RunMessage } from '@/ipc';
import { LogLine } from './LogLines';
import { earlierLines, runLinesQuery, type ShownRun } from './queries';
import styles from './RunMessages.module.css';

const ALL = '';
/** Height of a line of one row, in pixels. */
const LINE = 20;
/** So near to its end, in pixels, one is there. */
const NEAR = 24;

interface Props {
  run: ShownRun;
  /** Only those of this task. */
  task: string | undefined;
  onTask: (task: string | undefined) => void;
}

/** What a run says. While one is at its end, it follows. */
export function RunMessages({ run, task, onTask }: Props) {
  const log = useQuery(runLinesQuery(run.id));
  const [query, setQuery] = useState('');
  const [level, setLevel] = useState(ALL);
  const names = useMemo(() => new Map(run.tasks.map((one) => [one.id, one.name])), [run.tasks]);
  const all = log.data?.lines;
  const { bring, isBringing, failure, forgive } = useEarlier(run.id);
  const areEarlier = log.data?.first !== undefined;
  const isNarrowed = Boolean(task || level || query.trim());
  // What is looked for may stand in lines that nobody has seen yet.
  useEffect(() => {
    if (isNarrowed && areEarlier && !isBringing && !failure) bring();
  }, [isNarrowed, areEarlier, isBringing, failure, bring]);
  // Who looks for something else asks anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each question
  useEffect(forgive, [task, level, query]);
  const lines = useMemo(
    () => (all ?? []).filter((line) => fits(line, { task, level, query })),
    [all, task, level, query],
  );
  return (
    <>
      <div className={styles.tools}>
        <div className={styles.search}>
          <SearchField label={m.search_messages()} value={query} onChange={setQuery} />
        </div>
        <div className={styles.choice}>
          <Choice
            label={label('subject', run.steps)}
            labelling="hidden"
            options={[
              { value: ALL, label: label('run_mode_all', run.steps) },
              ...run.tasks.map((one) => ({ value: one.id, label: visible(one.name) })),
            ]}
            value={task ?? ALL}
            onChange={(value) => onTask(value || undefined)}
            data-testid="messages-task"
          />
        </div>
        <div className={styles.choice}>
          <Choice
            label={m.level_label()}
            labelling="hidden"
            options={[
              { value: ALL, label: m.level_all() },
              { value: 'warning', label: m.level_warning() },
              { value: 'error', label: m.level_error() },
            ]}
            value={level}
            onChange={setLevel}
          />
        </div>
      </div>
      {log.error && <ErrorNotice error={log.error} onRetry={() => void log.refetch()} />}
      {failure && !log.error && <ErrorNotice error={failure} onRetry={bring} />}
      {all && (lines.length > 0 || !failure) && (
        <Card fill="hold">
          {lines.length === 0 ? (
            <Empty
              icon="file"
              title={
                all.length === 0
                  ? m.messages_none()
                  : areEarlier
                    ? m.messages_looking()
                    : m.search_nothing()
              }
            >
              {all.length === 0 ? m.messages_none_hint() : !areEarlier && m.search_nothing_hint()}
            </Empty>
          ) : (
            <Lines
              lines={lines}
              names={names}
              session={run.session}
              isCut={log.data?.isCut ?? false}
              onTop={areEarlier ? bring : undefined}
            />
          )}
        </Card>
      )}
    </>
  );
}

interface Wanted {
  task: string | undefined;
  level: string;
  query: string;
}

function fits(line: RunMessage, { task, level, query }: Wanted): boolean {
  if (task && line.task !== task) return false;
  if (level && line.level !== level && !(level === 'warning' && line.level === 'error'))
    return false;
  const words = query.trim().toLocaleLowerCase();
  if (!words) return true;
  const text = typeof line.text === 'string' ? line.text : say(line.text);
  return text.toLocaleLowerCase().includes(words);
}

/** What brings the lines before those that are there. After a failure, that stays until somebody asks again. */
function useEarlier(id: string) {
  const client = useQueryClient();
  const [isBringing, setBringing] = useState(false);
  const [failure, setFailure] = useState<CallError | null>(null);
  const bring = useCallback(() => {
    setBringing(true);
    void earlierLines(client, id)
      .then(
        () => setFailure(null),
        (thrown) => setFailure(CallError.from(thrown)),
      )
      .finally(() => setBringing(false));
  }, [client, id]);
  const forgive = useCallback(() => setFailure(null), []);
  return { bring, isBringing, failure, forgive };
}

interface LinesProps {
  lines: readonly RunMessage[];
  names: ReadonlyMap<string, string>;
  session: string | undefined;
  /** Whether there are older lines than are kept here. */
  isCut: boolean;
  /** What brings earlier lines; absent where there are none. */
  onTop: (() => void) | undefined;
}

function Lines({ lines, names, session, isCut, onTop }: LinesProps) {
  const scroller = useRef<HTMLElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const first = useRef(lines[0]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const last = lines.length - 1;
  // What one reads stays where it is when lines come before it.
  useLayoutEffect(() => {
    const before = first.current ? lines.indexOf(first.current) : 0;
    first.current = lines[0];
    const top = virtual.range?.startIndex ?? 0;
    if (before > 0 && !isAtEnd) virtual.scrollToIndex(top + before, { align: 'start' });
  }, [lines, virtual, isAtEnd]);
  useEffect(() => {
    if (isAtEnd && last >= 0) virtual.scrollToIndex(last, { align: 'end' });
  }, [isAtEnd, last, virtual]);
  return (
    <>
      {isCut && <p className={styles.dropped}>{m.messages_cut()}</p>}
      <section
        className={styles.lines}
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        aria-label={m.run_messages()}
        data-selectable
        data-testid="run-messages"
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          const isNear = scrollHeight - scrollTop - clientHeight < NEAR;
          setAtEnd(isNear);
          if (!isNear && scrollTop < clientHeight) onTop?.();
        }}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line && (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={styles.line}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogLine line={line} names={names} of="all" session={session} />
                </div>
              )
            );
          })}
        </div>
      </section>
      {!isAtEnd && (
        <div className={styles.follow}>
          <Button icon="down" onPress={() => setAtEnd(true)}>
            {m.messages_to_end()}
          </Button>
        </div>
      )}
    </>
  );
}
