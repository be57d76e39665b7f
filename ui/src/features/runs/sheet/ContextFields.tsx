import { TextArea, TextField } from '@/components';
import { begun, fieldName, m, visible } from '@/i18n';
import type { RunContextName } from '@/ipc';
import type { Context } from './context';
import styles from './RunSheet.module.css';

interface Input {
  fields: Record<string, string>;
  /** Further input as JSON. */
  rest: string;
}

interface Props {
  names: readonly RunContextName[];
  /** What people call the tasks, by their ids. */
  tasks: ReadonlyMap<string, string>;
  input: Input;
  /** The rest as it can be read; `null` when it cannot. */
  rest: Context | null;
  onChange: (input: Input) => void;
}

/** What a run is started with: a field for each name the workflow uses, and JSON for the rest. */
export function ContextFields({ names, tasks, input, rest, onChange }: Props) {
  return (
    <>
      {names.length > 0 && (
        <section className={styles.inputs}>
          <h3>{m.run_input()}</h3>
          <div className={styles.fields}>
            {names.map(({ name, used }) => (
              <TextField
                key={name}
                label={begun(fieldName(name))}
                value={input.fields[name] ?? ''}
                onChange={(text) =>
                  onChange({ ...input, fields: { ...input.fields, [name]: text } })
                }
                placeholder={m.run_input_empty()}
                hint={input.fields[name]?.trim() ? undefined : neededBy(used, tasks)}
                data-testid={`context-${name}`}
              />
            ))}
          </div>
          <p className={styles.hint}>{m.run_input_hint()}</p>
        </section>
      )}
      <details className={styles.fold} open={input.rest !== '' || undefined}>
        <summary>{names.length > 0 ? m.run_input_more() : m.run_input_json()}</summary>
        <TextArea
          label={m.run_input_json()}
          face="code"
          rows={4}
          value={input.rest}
          placeholder={'{"day": "2026-11-21"}'}
          onChange={(text) => onChange({ ...input, rest: text })}
          notes={rest === null ? [{ tone: 'problem', text: m.run_input_not_object() }] : []}
          data-testid="context-json"
        />
      </details>
    </>
  );
}

/** So many tasks are named that need what is not given. */
const NAMED = 2;

function neededBy(
  used: RunContextName['used'],
  tasks: ReadonlyMap<string, string>,
): string | undefined {
  const names = [...new Set(used.map(({ task }) => visible(tasks.get(task) ?? task)))];
  if (names.length === 0) return undefined;
  const told = names.slice(0, NAMED);
  const more = names.length - told.length;
  if (more > 0) told.push(m.waits_more({ count: more }));
  return m.run_input_needed({ names: told.join(', ') });
}
