import { useState } from 'react';
import { Button, ErrorNotice, FormDialog, Segments, toast } from '@/components';
import { begun, label, m, say, visible } from '@/i18n';
import {
  CallError,
  call,
  type Message,
  type SourceKind,
  type SourceRow,
  type SourceTested,
} from '@/ipc';
import { useCommand } from '../command';
import { type Test, useTest } from '../useTest';
import { warn } from '../warn';
import { AddressField } from './AddressField';
import styles from './ConnectionDialog.module.css';
import { FileFields, ServerFields } from './ConnectionFields';
import { type Field, inputOf, KINDS, problemsOf, type Values, valuesOf } from './connectionForm';
import { TestAnswer } from './TestAnswer';

interface Props {
  /** The connection to change; `null` for a new one. */
  kept: SourceRow | null;
  onClose: () => void;
}

const TOUCHED = ['connection', 'secret', 'operation', 'run'];

/** How a data source is reached: what it is, where, who logs in. It can be asked before it is kept. */
export function ConnectionDialog({ kept, onClose }: Props) {
  const [values, setValues] = useState(() => valuesOf(kept));
  const [wrong, setWrong] = useState<Partial<Record<Field, Message>>>({});
  const [failure, setFailure] = useState<CallError | null>(null);
  const { test, start, forget } = useTest(() => call('source_try', inputOf(values)));
  const add = useCommand('source_add', TOUCHED);
  const update = useCommand('source_update', TOUCHED);
  const isBusy = add.isPending || update.isPending;
  const change = (part: Partial<Values>) => {
    setValues((now) => ({ ...now, ...part }));
    setWrong({});
    setFailure(null);
    // What was answered is said of what stood here before.
    forget();
  };
  const isSound = () => {
    const problems = problemsOf(values);
    setWrong(problems);
    return Object.keys(problems).length === 0;
  };
  const ask = async () => {
    if (!isSound()) return;
    await start();
  };
  const save = async (moveWaiting: boolean) => {
    if (values.kind === null || isBusy || !isSound()) return;
    try {
      const input = { ...inputOf(values), ...(moveWaiting && { move_waiting: true }) };
      const { name, warnings } = await (kept ? update : add).mutateAsync(input);
      const shown = visible(name);
      const text = isSilent(test)
        ? m.connection_kept_silent
        : kept
          ? m.connection_changed
          : m.connection_added;
      toast({ text: text({ name: shown }) });
      warn(warnings);
      onClose();
      // So that the list tells how it is. What comes of it stands there.
      call('source_test', { name }).catch(() => undefined);
    } catch (thrown) {
      const error = CallError.from(thrown);
      const field = fieldOf(error);
      if (field && error.because) setWrong({ [field]: error.because });
      else setFailure(error);
    }
  };
  const problem = (field: Field) => {
    const found =
      wrong[field] ??
      (test.status === 'failed' && fieldOf(test.error) === field ? test.error.because : undefined);
    return found && [{ tone: 'problem' as const, text: begun(say(found)) }];
  };
  const fields = { values, onChange: change, problem, kept };
  return (
    <FormDialog
      title={
        kept ? m.connection_edit_title({ name: visible(kept.name) }) : m.connection_new_title()
      }
      subtitle={kept ? label('source_kind', kept.type) : m.connection_new_words()}
      verb={kept ? m.connection_save() : m.connection_add()}
      isReady={values.kind !== null}
      onSubmit={() => void save(false)}
      onClose={onClose}
      data-testid="dialog-connection"
      verbTestid="connection-save"
      beside={
        <>
          <div className={styles.answer} aria-live="polite">
            <TestAnswer kind={values.kind ?? ''} test={test} />
          </div>
          <Button
            // Never disabled by its own press, which would take the focus out of the dialog.
            onPress={test.status === 'asking' ? forget : () => void ask()}
            isDisabled={values.kind === null}
            data-testid="connection-test"
          >
            {test.status === 'asking' ? m.connection_stop() : m.connection_test()}
          </Button>
          <small className={styles.note}>{values.kind !== null && saying(test)}</small>
        </>
      }
      failure={
        failure && (
          <ErrorNotice error={failure}>
            {failure.code === 'connection_behind_elsewhere' && (
              <Button
                onPress={() => void save(true)}
                isPending={isBusy}
                data-testid="connection-save-moving"
              >
                {m.connection_save_moving()}
              </Button>
            )}
          </ErrorNotice>
        )
      }
    >
      {!kept && (
        <Segments<SourceKind>
          label={m.connection_kind()}
          labelling="shown"
          value={values.kind}
          onChange={(kind) => change({ kind, port: KINDS[kind].port })}
          options={(Object.keys(KINDS) as SourceKind[]).map((kind) => ({
            value: kind,
            label: label('source_kind_short', kind),
            testid: `kind-${kind}`,
          }))}
        />
      )}
      {!kept && values.kind !== 'sqlite' && <AddressField values={values} onChange={change} />}
      {values.kind === 'sqlite' && <FileFields {...fields} />}
      {values.kind !== null && values.kind !== 'sqlite' && (
        <ServerFields {...fields} kind={values.kind} />
      )}
    </FormDialog>
  );
}

/** The field that a refusal is about. */
function fieldOf({ fields }: CallError): Field | undefined {
  const field = fields.field?.replace(/^\//, '');
  return field as Field | undefined;
}

/** That it may be kept whatever it answers. */
function saying(test: Test<SourceTested>): string {
  if (test.status === 'asking') return '';
  if (test.status === 'answered') return isSilent(test) ? m.connection_save_down() : '';
  return m.connection_save_untested();
}

/** Whether it was asked as it stands here, and did not answer. */
function isSilent(test: Test<SourceTested>): boolean {
  return test.status === 'answered' && !test.tested.ok;
}
