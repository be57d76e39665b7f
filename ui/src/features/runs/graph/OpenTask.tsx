import { type KeyboardEvent, memo } from 'react';
import { Button, IconButton } from '@/components';
import type { Links } from '@/components/graph';
import { m, visible } from '@/i18n';
import type { RunTask } from '@/ipc';
import type { ShownRun } from '../queries';
import { StatusMark } from '../status';
import { TaskPanel } from '../task/TaskPanel';
import styles from './RunGraph.module.css';

/** So many of the tasks before it and after it are named. */
const NAMED = 6;

interface Props {
  run: ShownRun;
  names: ReadonlyMap<string, string>;
  task: RunTask;
  /** The tasks it comes after, those that come after it, and those it may lead back to. */
  beside: Record<keyof Links, readonly RunTask[]>;
  now: Date;
  onMessages: (id: string) => void;
  onTask: (id: string) => void;
  onClose: () => void;
}

/** The task that is open, beside the graph or below it. */
export const OpenTask = memo(function OpenTask(props: Props) {
  const { run, names, task, now, onTask, onClose, ...rest } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  const links = (words: string, tasks: readonly RunTask[]) =>
    tasks.length > 0 && (
      <div className={styles.others}>
        <span>{words}</span>
        {tasks.slice(0, NAMED).map(({ id, name }) => (
          <Button key={id} look="quiet" onPress={() => onTask(id)} data-testid={`to-${id}`}>
            {visible(name)}
          </Button>
        ))}
        {tasks.length > NAMED && <span>{m.waits_more({ count: tasks.length - NAMED })}</span>}
      </div>
    );
  return (
    <section
      className={styles.panel}
      aria-label={visible(task.name)}
      onKeyDown={onKeyDown}
      style={{ '--left': '0px' } as React.CSSProperties}
      data-testid="graph-panel"
    >
      <header className={styles.title}>
        <StatusMark status={task.status} />
        <h2>{visible(task.name)}</h2>
        <IconButton
          icon="cross"
          label={m.close()}
          keys="Esc"
          onPress={onClose}
          data-testid="graph-close"
        />
      </header>
      {links(m.graph_after(), rest.beside.before)}
      {links(m.graph_before(), rest.beside.after)}
      {links(m.graph_back(), rest.beside.back)}
      <TaskPanel
        key={task.id}
        run={run}
        names={names}
        task={task}
        now={now}
        onMessages={() => rest.onMessages(task.id)}
      />
    </section>
  );
});
