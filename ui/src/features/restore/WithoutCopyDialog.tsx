import { useState } from 'react';
import { Button, Dialog, Spring, TextField } from '@/components';
import { m, sayError } from '@/i18n';
import type { CallError } from '@/ipc';

interface Props {
  error: CallError;
  onClose: () => void;
  onConfirm: () => void;
}

/** No safety copy can be made: only who types that it is wanted restores without one. */
export function WithoutCopyDialog({ error, onClose, onConfirm }: Props) {
  const [typed, setTyped] = useState('');
  const word = m.without_copy_word();
  const isTyped = typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
  const confirm = () => {
    onClose();
    onConfirm();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="narrow"
      title={m.without_copy_title()}
      data-testid="dialog-without-copy"
      foot={
        <>
          <Spring />
          <Button look="primary" onPress={onClose}>
            {m.cancel()}
          </Button>
          <Button
            look="danger"
            isDisabled={!isTyped}
            onPress={confirm}
            data-testid="restore-without-copy"
          >
            {m.without_copy_confirm()}
          </Button>
        </>
      }
    >
      <p>{sayError(error)}</p>
      <p>{m.without_copy_words()}</p>
      <TextField
        label={m.without_copy_type({ word })}
        value={typed}
        onChange={setTyped}
        autoFocus
      />
    </Dialog>
  );
}
