import { TextArea, TextField } from '@/components';
import { begun, fieldName, listed, m, visible } from '@/i18n';
import type { RunContextName } from '@/ipc';
import type { Context } from './context';
import styles from './RunSheet.module.css';

/** Input as it is typed. */
export interface ContextInput {
  fields: Record<string, string>;
  /** Further input as JSON. */
  rest: string;
}

interface Props {
  names: readonly RunContextName[];
  /** What people call the tasks, by their ids. */
  tasks: ReadonlyMap<string, string>;
  input: ContextInput;
  /** The rest as it can be read; `null` when it cannot. */
  rest: Context | null;
  onChange: (input: ContextInput) => void;
  /** Names that are told to be missing. */
  missing: readonly string[];
  /** The field that has the cursor at first. */
  focused: string | undefined;
  /** Where the fields leave themselves, by their names. */
  refs?: Map<string, HTMLInputElement>;
}

/** What a run is started with: a field for each name the workflow uses, and JSON for the rest. */
export function ContextFields(props: Props) {
  const { names, tasks, input, rest, onChange, missing, focused, refs } = props;
  return (
    <>
      {names.length > 0 && (
        <section className={styles.inputs}>
          <h3>{m.run_input()}</h3>
          <div className={styles.fields}>
            {names.map(({ name, used, needed }) => (
              <TextField
                key={name}
                label={begun(fieldName(name))}
                value={input.fields[name] ?? ''}
                onChange={(text) =>
                  onChange({ ...input, fields: { ...input.fields, [name]: text } })
                }
                placeholder={m.run_input_empty()}
                hint={neededBy(used, tasks, needed)}
                isRequired={needed}
                autoFocus={name === focused}
                inputRef={(field) => void (field ? refs?.set(name, field) : refs?.delete(name))}
                notes={missing.includes(name) ? [{ tone: 'problem', text: m.answer_needed() }] : []}
                data-testid={`context-${name}`}
              />
            ))}
          </div>
          <p className={styles.hint}>{m.run_input_hint()}</p>
        </section>
      )}
      {names.length === 0 && <p className={styles.hint}>{m.run_input_unneeded()}</p>}
      <details className={styles.fold} open={input.rest !== '' || undefined}>
        <summary>{names.length > 0 ? m.run_input_more() : m.run_input_give()}</summary>
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
  needed: boolean,
): string | undefined {
  const names = [...new Set(used.map(({ task }) => visible(tasks.get(task) ?? task)))];
  if (names.length === 0) return undefined;
  const told = { names: listed(names, NAMED) };
  return needed ? m.run_input_needed(told) : m.run_input_used(told);
}
