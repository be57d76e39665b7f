import { memo } from 'react';
import { Icon } from '@/components';
import type { Status } from '@/ipc';
import { actionWords } from '../../catalog/forms/actions';
import { StatusMark } from '../status';
import styles from './RunGraph.module.css';

interface Props {
  /** Its place among the tasks of the run. */
  node: number;
  id: string;
  name: string;
  status: Status;
  action: string;
  /** How long it took, how often it was tried, what it waits for. */
  note: string;
  /** All of that for those who hear it. */
  label: string;
  isOpen: boolean;
  /** Whether the keys come to it first. */
  isCurrent: boolean;
  /** Whether others are meant. */
  isAside: boolean;
  isOnPath: boolean;
  onPress: (node: number) => void;
}

/** A task in the graph of its run. */
export const TaskNode = memo(function TaskNode({ node, name, status, ...task }: Props) {
  const isManual = task.action === 'manual' && status !== 'waiting';
  const title = [name, task.note].filter(Boolean).join(' · ');
  return (
    <button
      type="button"
      className={styles.node}
      aria-expanded={task.isOpen}
      tabIndex={task.isCurrent ? 0 : -1}
      onClick={() => task.onPress(node)}
      data-node={node}
      data-status={status}
      data-aside={task.isAside || undefined}
      data-path={task.isOnPath || undefined}
      data-testid={`node-${task.id}`}
    >
      <span className="visually-hidden">{task.label}</span>
      <span className={styles.head} title={title} aria-hidden="true">
        <StatusMark status={status} />
        <b className={styles.name}>{name}</b>
        {isManual && (
          <span className={styles.person} title={actionWords('manual')}>
            <Icon name="person" size={14} />
          </span>
        )}
      </span>
      <span className={styles.note} title={title} aria-hidden="true">
        {task.note}
      </span>
    </button>
  );
});
