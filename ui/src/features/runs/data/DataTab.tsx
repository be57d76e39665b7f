import { type ReactNode, useMemo, useState } from 'react';
import { Button, Card, SearchField, toast } from '@/components';
import { bytes, m, number, visible } from '@/i18n';
import { call, type RunTask, shell } from '@/ipc';
import { tellFailure } from '../../command';
import type { ShownRun } from '../queries';
import { Output } from '../task/Output';
import styles from './DataTab.module.css';
import { OutputView } from './OutputView';
import { isFields } from './shape';

/** So many results are listed: more are found by their names. */
const LISTED = 200;

/** What a run was started with, and what each of its tasks gave. */
export function DataTab({ run }: { run: ShownRun }) {
  const [query, setQuery] = useState('');
  const given = useMemo(
    () => run.tasks.filter(({ output_bytes }) => (output_bytes ?? 0) > 0),
    [run.tasks],
  );
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fitting = given.filter(({ id, name }) => {
    const text = `${name} ${id}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const hasInput = isFields(run.context) && Object.keys(run.context).length > 0;
  return (
    <Card fill="scroll" data-testid="run-data">
      <div className={styles.body}>
        <section className={styles.part} aria-labelledby="run-input" data-testid="run-input">
          <h2 id="run-input">{m.run_input()}</h2>
          {hasInput ? (
            <>
              <OutputView value={run.context} label={m.run_input()} />
              <Acts run={run.id} task={undefined} name={m.run_input()} />
            </>
          ) : (
            <p className={styles.quiet}>{m.run_input_none()}</p>
          )}
        </section>
        <section className={styles.part} aria-labelledby="run-results">
          <h2 id="run-results">{m.run_data_results()}</h2>
          {given.length === 0 && <p className={styles.quiet}>{m.run_data_no_results()}</p>}
          {given.length > 0 && (
            <div className={styles.search}>
              <SearchField
                label={m.run_data_search()}
                value={query}
                onChange={setQuery}
                data-testid="data-search"
              />
            </div>
          )}
          {given.length > 0 && fitting.length === 0 && (
            <p className={styles.quiet}>{m.run_data_none_fits()}</p>
          )}
          {fitting.slice(0, LISTED).map((task) => (
            <Result key={task.id} run={run.id} task={task} />
          ))}
          {fitting.length > LISTED && (
            <p className={styles.quiet}>
              {m.run_data_more({ shown: number(LISTED), all: number(fitting.length) })}
            </p>
          )}
        </section>
      </div>
    </Card>
  );
}

/** What one task gave, brought when somebody opens it. */
function Result({ run, task }: { run: string; task: RunTask }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className={styles.result}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid={`data-${task.id}`}
    >
      <summary>
        <span>{visible(task.name)}</span>
        <small>{bytes(task.output_bytes ?? 0)}</small>
      </summary>
      {isOpen && (
        <div className={styles.open}>
          <Output run={run} task={task} heading="hidden" />
          <Acts run={run} task={task.id} name={task.name} />
        </div>
      )}
    </details>
  );
}

interface ActsProps {
  run: string;
  /** Whose result; what the run was started with where there is none. */
  task: string | undefined;
  name: string;
}

/** What can be done with data: copied, or saved to a file, with every digit as it was. */
function Acts({ run, task, name }: ActsProps) {
  const copy = async () => {
    try {
      const { text } = await call('run_data', { id: run, task });
      await navigator.clipboard.writeText(text);
      toast({ text: m.data_text_copied() });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const save = async () => {
    try {
      const to = await shell.pick_save({
        title: m.run_data_save_title(),
        name: `${fileName(name)}.json`,
      });
      if (!to) return;
      await call('run_data_save', { id: run, task, to: { picked: to.token } });
      toast({ text: m.exported_to({ place: to.label }) });
    } catch (thrown) {
      tellFailure(thrown);
    }
  };
  const of = task ?? 'input';
  return (
    <div className={styles.acts}>
      <Button look="quiet" icon="copy" onPress={() => void copy()} data-testid={`copy-${of}`}>
        {m.data_copy_text()}
      </Button>
      <Button look="quiet" icon="export" onPress={() => void save()} data-testid={`save-${of}`}>
        {m.run_data_save()}
      </Button>
    </div>
  );
}

/** A name without what no system takes in the name of a file. */
export function fileName(name: string): string {
  const plain = [...visible(name)]
    .map((one) => ('/\\:*?"<>|'.includes(one) || one < ' ' ? '-' : one))
    .join('');
  return (
    plain
      .trim()
      .replace(/^\.+|\.+$/g, '')
      .slice(0, 80) || 'data'
  );
}
