import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button, Card, Choice, Empty, ErrorNotice, SearchField } from '@/components';
import { counted, label, m, say, visible } from '@/i18n';
import type { RunMessage, RunShow } from '@/ipc';
import { LogLine } from './LogLines';
import { runLinesQuery } from './queries';
import styles from './RunMessages.module.css';

const ALL = '';
/** Height of a line of one row, in pixels. */
const LINE = 20;
/** So near to its end, in pixels, one is there. */
const NEAR = 24;

interface Props {
  run: RunShow;
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
      {all && (
        <Card fill="hold">
          {lines.length === 0 ? (
            <Empty icon="file" title={all.length === 0 ? m.messages_none() : m.search_nothing()}>
              {all.length === 0 ? m.messages_none_hint() : m.search_nothing_hint()}
            </Empty>
          ) : (
            <Lines lines={lines} names={names} dropped={log.data?.dropped ?? 0} />
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

interface LinesProps {
  lines: readonly RunMessage[];
  names: ReadonlyMap<string, string>;
  dropped: number;
}

function Lines({ lines, names, dropped }: LinesProps) {
  const scroller = useRef<HTMLElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const last = lines.length - 1;
  useEffect(() => {
    if (isAtEnd && last >= 0) virtual.scrollToIndex(last, { align: 'end' });
  }, [isAtEnd, last, virtual]);
  return (
    <>
      {dropped > 0 && <p className={styles.dropped}>{counted('messages_dropped', dropped)}</p>}
      <section
        className={styles.lines}
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        aria-label={m.run_messages()}
        data-selectable
        data-testid="run-messages"
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR)
        }
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
                  <LogLine line={line} names={names} of="all" />
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
