import { useState } from 'react';
import { Chip, Icon, type IconName } from '@/components';
import { begun, counted, listed, m, say, took, visible } from '@/i18n';
import type { RunPreview } from '@/ipc';
import { actionWords } from '../../../catalog/forms/actions';
import { reasonWords } from '../../../routing/words';
import { expectedWords, LOOKS, type Meets, type PreviewTask } from './meet';
import styles from './Preflight.module.css';

interface Props {
  task: PreviewTask;
  meets: Meets;
}

/** One task; what more there is to say of it comes when it is opened. */
export function TaskLine({ task, meets }: Props) {
  const more = moreOf(task);
  const line = (
    <Line
      opens={more.length > 0}
      icon={iconOf(task)}
      name={visible(task.name)}
      detail={task.expected ? m.expected_short({ length: took(task.expected.median) }) : undefined}
      {...placeOf(task)}
      meets={meets}
    />
  );
  if (more.length === 0) return line;
  return (
    <details className={styles.fold}>
      <summary>{line}</summary>
      <ul className={styles.more}>
        {more.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </details>
  );
}

/** So many names stand in the line of a group. */
const NAMED = 3;

/** Many tasks that meet the same. */
export function TaskGroup({
  tasks,
  meets,
  steps,
}: {
  tasks: readonly PreviewTask[];
  meets: Meets;
  steps: RunPreview['steps'];
}) {
  const [isOpen, setOpen] = useState(false);
  const [first] = tasks;
  if (!first) return null;
  const names = tasks.map((task) => visible(task.name));
  return (
    <details
      className={styles.fold}
      onToggle={(event) =>
        event.target === event.currentTarget && setOpen(event.currentTarget.open)
      }
    >
      <summary>
        <Line
          opens
          icon={iconOf(first)}
          name={counted(`n_${steps}s`, tasks.length)}
          detail={listed(names, NAMED)}
          {...(first.source ? placeOf(first) : { on: '' })}
          meets={meets}
        />
      </summary>
      {isOpen && (
        <ol className={styles.members}>
          {tasks.map((task) => (
            <li key={task.id}>
              <TaskLine task={task} meets={meets} />
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

interface LineProps {
  icon: IconName;
  name: string;
  detail: string | undefined;
  /** The data source and why that one; what it does where it needs none. */
  on: string;
  why?: string;
  meets: Meets;
  /** Whether there is more of it to be seen. */
  opens: boolean;
}

function Line({ icon, name, detail, on, why, meets, opens }: LineProps) {
  const look = LOOKS[meets];
  return (
    <span className={styles.line}>
      <Icon name={icon} />
      <span className={styles.name}>
        {name}
        {detail && <small>{detail}</small>}
      </span>
      <span className={styles.on}>
        {on}
        {why && <small>{why}</small>}
      </span>
      <Chip tone={look.tone} icon={look.icon}>
        {look.words()}
      </Chip>
      {opens && <Icon name="down" size={14} />}
    </span>
  );
}

function iconOf(task: PreviewTask): IconName {
  if (task.worker === 'person') return 'person';
  return task.source || task.no_source ? 'box' : 'play';
}

function placeOf(task: PreviewTask): Pick<LineProps, 'on' | 'why'> {
  if (!task.source) return { on: actionWords(task.action) };
  const why = task.order ? m.preflight_rule({ order: task.order }) : reasonWords(task.rule ?? '');
  return { on: visible(task.source), why };
}

/** What else there is to say of a task. */
function moreOf(task: PreviewTask): string[] {
  const { no_source, no_input, no_agent, passed_over = [], secrets = [] } = task;
  const reasons = [no_source, no_input, no_agent].flatMap((why) => (why ? [begun(say(why))] : []));
  const over = passed_over.map(({ source, why }) => `${source}: ${say(why)}`);
  return [
    ...reasons,
    ...(task.order ? [`${task.source}: ${reasonWords(task.rule ?? '')}`] : []),
    ...over,
    ...(secrets.length > 0 ? [m.preflight_needs_secrets({ names: listed(secrets, 5) })] : []),
    ...(task.expected ? [begun(expectedWords(task.expected))] : []),
  ].map(visible);
}
