import { useState } from 'react';
import { Button, Icon, IconButton, Row, TextField } from '@/components';
import { begun, m, visible } from '@/i18n';
import styles from './KeptNames.module.css';

/** What stays whatever is set. */
const ALWAYS = 'table_list.txt';

interface Props {
  names: readonly string[];
  onChange: (names: string[]) => void;
}

/** The names of the files that no archive takes away. */
export function KeptNames({ names, onChange }: Props) {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  const problem = problemOf(name, names);
  const add = () => {
    if (name === '' || problem) return;
    onChange([...names, name]);
    setTyped('');
  };
  return (
    <>
      <Row detail={m.task_folder_keep_hint()}>{m.task_folder_keep()}</Row>
      <div className={styles.names}>
        <ul className={styles.list} aria-label={m.task_folder_keep()}>
          <li>
            <Icon name="file" />
            <span>{ALWAYS}</span>
            <small>{m.task_folder_keep_always()}</small>
          </li>
          {names.map((kept) => (
            <li key={kept} data-testid={`keep-${kept}`}>
              <Icon name="file" />
              <span>{visible(kept)}</span>
              <IconButton
                icon="cross"
                label={m.task_folder_keep_remove({ name: visible(kept) })}
                onPress={() => onChange(names.filter((other) => other !== kept))}
              />
            </li>
          ))}
        </ul>
        <div className={styles.add}>
          <TextField
            label={m.task_folder_keep_name()}
            labelling="hidden"
            placeholder={m.task_folder_keep_name()}
            value={typed}
            onChange={setTyped}
            notes={problem ? [{ tone: 'problem', text: begun(problem) }] : undefined}
            onKeyDown={(event) => event.key === 'Enter' && add()}
            maxLength={255}
            data-testid="keep-name"
          />
          <Button
            icon="plus"
            onPress={add}
            isDisabled={name === '' || problem !== undefined}
            data-testid="keep-add"
          >
            {m.add()}
          </Button>
        </div>
      </div>
    </>
  );
}

/** Why it cannot be added. Some disks do not tell capitals apart. */
function problemOf(name: string, names: readonly string[]): string | undefined {
  if (/[/\\]/.test(name)) return m.task_folder_keep_way();
  const known = [ALWAYS, ...names].map((kept) => kept.toLowerCase());
  return known.includes(name.toLowerCase()) ? m.task_folder_keep_known() : undefined;
}
