import { label, m } from '@/i18n';
import type { RunPreview } from '@/ipc';
import { ArchiveLine } from './ArchiveLine';
import { grouped, type Known } from './meet';
import styles from './Preflight.module.css';
import { TaskGroup, TaskLine } from './TaskLine';

interface Props {
  data: RunPreview;
  known: Known;
  /** The one task that would run alone. */
  only: string | undefined;
}

/** The tasks in the order in which they can go, with what each would meet. */
export function Preflight({ data, known, only }: Props) {
  const tasks = data.tasks.filter((task) => only === undefined || task.id === only);
  if (tasks.length === 0) return null;
  const groups = grouped(tasks, known);
  const inOrder = groups.length === tasks.length;
  return (
    <section className={styles.preflight} data-testid="preflight">
      <h3>{inOrder ? label('preflight_order', data.steps) : m.preflight_grouped()}</h3>
      <ol className={styles.list}>
        {data.folder && (
          <li>
            <ArchiveLine folder={data.folder} isStep={only !== undefined} />
          </li>
        )}
        {groups.map(({ key, meets, tasks }) => (
          <li key={key}>
            {tasks.length === 1 && tasks[0] ? (
              <TaskLine task={tasks[0]} meets={meets} />
            ) : (
              <TaskGroup tasks={tasks} meets={meets} steps={data.steps} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
