import { Card, Chip, Segments } from '@/components';
import { begun, label, m, say, took, visible } from '@/i18n';
import type { ComparedTask, RunCompared, TaskCame } from '@/ipc';
import { StatusMark } from '../status';
import { looksOf } from '../timeline/bars';
import styles from './Compare.module.css';
import { apart } from './words';

interface Props {
  compared: RunCompared;
  all: boolean;
  onAll: (all: boolean) => void;
}

/** The tasks of both runs: in each row the earlier run's bar above the later one's, on one axis. */
export function Tasks({ compared, all, onAll }: Props) {
  const { tasks, total, same, before, after } = compared;
  const wanted = all ? total : total - same;
  const span = Math.max(
    1,
    before.took ?? 0,
    after.took ?? 0,
    ...tasks.flatMap((task) => [task.before?.to ?? 0, task.after?.to ?? 0]),
  );
  return (
    <Card
      title={m.run_compared_tasks()}
      data-testid="compare-tasks"
      aside={
        <Segments
          label={m.view_choice()}
          size="small"
          value={all ? 'all' : 'differing'}
          onChange={(next) => onAll(next === 'all')}
          options={[
            { value: 'differing', label: m.run_compared_only_differing() },
            { value: 'all', label: m.run_compared_all(), testid: 'compare-all' },
          ]}
        />
      }
    >
      {tasks.length === 0 ? (
        <p className={styles.none}>{m.run_compared_all_same()}</p>
      ) : (
        <table className={styles.tasks}>
          <thead>
            <tr>
              <th scope="col">{m.run_compared_task()}</th>
              <th scope="col" className={styles.time}>
                {m.run_compared_elapsed({ length: took(span) })}
              </th>
              <th scope="col">{m.run_compared_then()}</th>
              <th scope="col">{m.run_compared_now()}</th>
              <th scope="col">{m.run_compared_what()}</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <TaskRow key={task.id} task={task} span={span} />
            ))}
          </tbody>
        </table>
      )}
      {wanted > tasks.length && (
        <p className={styles.none}>{m.run_compared_shown_first({ count: tasks.length })}</p>
      )}
    </Card>
  );
}

function TaskRow({ task, span }: { task: ComparedTask; span: number }) {
  const { before, after, name, name_before } = task;
  return (
    <tr data-task={task.id}>
      <th scope="row">
        <span className={styles.name} title={visible(name)}>
          {visible(name)}
        </span>
        {name_before !== undefined && (
          <small>{m.run_compared_was_named({ name: visible(name_before) })}</small>
        )}
      </th>
      <td className={styles.time} aria-hidden="true">
        <TaskBar side={before} span={span} />
        <TaskBar side={after} span={span} />
      </td>
      <td>
        <Came side={before} />
      </td>
      <td>
        <Came side={after} />
      </td>
      <td>
        <What task={task} />
      </td>
    </tr>
  );
}

function TaskBar({ side, span }: { side: TaskCame | undefined; span: number }) {
  if (side?.from === undefined || side.to === undefined) return <div className={styles.line} />;
  const percent = (length: number) => `${(100 * Math.max(0, length)) / span}%`;
  const { tone, shape } = looksOf(side.status);
  return (
    <div className={styles.line}>
      <div
        className={styles.bar}
        data-shape={shape}
        style={{
          // What ends with the run is in sight, too.
          insetInlineStart: `min(${percent(side.from)}, calc(100% - 4px))`,
          width: percent(side.to - side.from),
          color: `var(--${tone})`,
        }}
      />
    </div>
  );
}

/** What it came to, by state, time, tries and source. */
function Came({ side }: { side: TaskCame | undefined }) {
  if (!side) return <span className={styles.quiet}>{m.run_compared_not_there()}</span>;
  const parts = [
    begun(label('status', side.status)),
    side.took !== undefined && took(side.took),
    side.attempts > 1 && m.run_compared_tries({ count: side.attempts }),
    side.source !== undefined && visible(side.source),
  ];
  return (
    <span className={styles.came}>
      <StatusMark status={side.status} />
      <span>
        {parts.filter(Boolean).join(' · ')}
        {side.error && <small>{begun(visible(say(side.error)))}</small>}
      </span>
    </span>
  );
}

function What({ task: { before, after, differs } }: { task: ComparedTask }) {
  if (!after) return <Chip>{m.run_compared_only_then()}</Chip>;
  if (!before) return <Chip>{m.run_compared_only_now()}</Chip>;
  return (
    <span className={styles.what}>
      {differs.map((what) => (
        <Chip key={what} tone={what === 'status' && after.status === 'failed' ? 'fail' : 'off'}>
          {what === 'length'
            ? (apart(before.took, after.took) ?? label('run_compared_differs', what))
            : label('run_compared_differs', what)}
        </Chip>
      ))}
    </span>
  );
}
