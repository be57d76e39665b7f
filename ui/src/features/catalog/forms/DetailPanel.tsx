import { useEffect, useRef } from 'react';
import { Empty, Icon, IconButton, type IconName } from '@/components';
import { m } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { removeRow } from './addRow';
import styles from './forms.module.css';
import { useFound } from './Named';
import { OtherFields } from './OtherFields';
import { StageForm } from './StageForm';
import { inside, nameText, otherKeys } from './scope';
import { TaskForm } from './TaskForm';
import { TransitionForm } from './TransitionForm';
import type { AddedTo, Lists } from './WorkflowForm';

interface Props {
  at: string;
  lists: Lists;
  onAt: (at: string) => void;
  /** A row just added takes the focus, its name ready to be typed over. */
  arrival: 'added' | 'chosen';
  /** The field that is looked for, such as `params.url`. */
  field?: string | undefined;
}

const ICONS: Record<string, IconName> = {
  stages: 'tick_list',
  tasks: 'play',
  transitions: 'right',
  edges: 'right',
  nodes: 'box',
};

/** The chosen stage, task or transition with every field it carries. */
export function DetailPanel({ at, lists, onAt, arrival, field }: Props) {
  const draft = useDraft();
  const form = useRef<HTMLDivElement>(null);
  const [name = '', ...rest] = at.split('/');
  // Nodes are no rows: they stand in a map, by their names.
  const list = name === 'nodes' ? null : lists[name as AddedTo];
  const index = Number(rest[0]);
  const row = list?.rows[index];
  const takesFocus = arrival === 'added' && row !== undefined;
  useEffect(() => {
    const first = takesFocus && form.current?.querySelector('input');
    if (!first) return;
    first.focus();
    first.select();
  }, [takesFocus]);
  useFound(form, field);
  if (name === 'nodes') {
    const node = rest.join('/');
    const scope = inside(draft, ['nodes', node]);
    return (
      <div className={styles.form}>
        <Heading icon="box" title={nameText(node)} />
        <OtherFields scope={scope} keys={otherKeys(scope.view, [])} adding="offered" />
      </div>
    );
  }
  if (!list || !row) return <Empty icon="flow" title={m.nothing_chosen()} />;
  const scope = list.row(index);
  const title =
    nameText(row.name ?? row.title) ||
    nameText(row.id) ||
    (name === 'transitions' || name === 'edges' ? m.transition() : m.unnamed());
  const onRemove = () => {
    removeRow(lists, name as AddedTo, index);
    onAt(`${name}/${Math.max(0, index - 1)}`);
  };
  return (
    <div className={styles.form} key={at} ref={form} data-testid="detail">
      <Heading icon={ICONS[name] ?? 'box'} title={title} onRemove={onRemove} />
      {name === 'stages' && <StageForm scope={scope} />}
      {name === 'tasks' && <TaskForm scope={scope} index={index} tasks={list} />}
      {(name === 'transitions' || name === 'edges') && (
        <TransitionForm scope={scope} lists={lists} />
      )}
    </div>
  );
}

function Heading({
  icon,
  title,
  onRemove,
}: {
  icon: IconName;
  title: string;
  onRemove?: () => void;
}) {
  return (
    <h2 className={styles.heading}>
      <Icon name={icon} />
      <span>{title}</span>
      {onRemove && (
        <span className={styles.headingEnd}>
          <IconButton icon="trash" label={m.remove_named({ name: title })} onPress={onRemove} />
        </span>
      )}
    </h2>
  );
}
