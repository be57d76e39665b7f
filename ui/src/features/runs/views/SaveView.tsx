import { useState } from 'react';
import { ErrorNotice, FormDialog, TextField } from '@/components';
import { m } from '@/i18n';
import type { CallError } from '@/ipc';

interface Props {
  /** Names that are taken. */
  taken: readonly string[];
  error: CallError | null;
  onSave: (name: string) => void;
  onClose: () => void;
}

/** Asks what a view shall be called. */
export function SaveView({ taken, error, onSave, onClose }: Props) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const isTaken = taken.includes(wanted);
  return (
    <FormDialog
      title={m.view_save_title()}
      subtitle={m.view_save_hint()}
      verb={isTaken ? m.view_replace() : m.view_save()}
      isReady={wanted !== ''}
      onSubmit={() => onSave(wanted)}
      onClose={onClose}
      size="narrow"
      failure={error && <ErrorNotice error={error} />}
      data-testid="dialog-view"
      verbTestid="view-save"
    >
      <TextField
        label={m.field_name()}
        value={name}
        onChange={setName}
        autoFocus
        maxLength={100}
        hint={isTaken ? m.view_taken() : undefined}
        data-testid="view-name"
      />
    </FormDialog>
  );
}
