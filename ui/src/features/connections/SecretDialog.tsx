import { useState } from 'react';
import { ErrorNotice, FormDialog, TextField, toast } from '@/components';
import { begun, m, visible } from '@/i18n';
import { useCommand } from '../command';
import { isSecretName } from './secretName';

interface Props {
  /** The secret to enter; `null` where its name is to be entered, too. */
  name: string | null;
  /** Whether there is one of this name, which will be replaced. */
  isKept: boolean;
  onClose: () => void;
}

/** A secret to keep. What was typed is sent once and never comes back. */
export function SecretDialog({ name: given, isKept, onClose }: Props) {
  const [name, setName] = useState(given ?? '');
  const [value, setValue] = useState('');
  const set = useCommand('secret_set', ['secret', 'connection', 'operation', 'run']);
  const isOdd = name !== '' && !isSecretName(name);
  const canSave = name !== '' && !isOdd && value !== '';
  const save = () => {
    if (set.isPending) return;
    set.mutate(
      { name, value },
      {
        onSuccess: () => {
          toast({ text: m.secret_kept({ name: visible(name) }) });
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      size="narrow"
      title={titleOf(given, isKept)}
      subtitle={isKept ? m.secret_replace_words() : m.secret_new_words()}
      verb={m.secret_save()}
      isReady={canSave}
      onSubmit={save}
      onClose={onClose}
      failure={set.error && <ErrorNotice error={set.error} />}
      data-testid="dialog-secret"
      verbTestid="secret-save"
    >
      {given === null && (
        <TextField
          label={m.secret_name()}
          value={name}
          onChange={setName}
          face="code"
          hint={m.secret_name_hint({ expression: `\${secret.${name || 'mail_password'}}` })}
          notes={
            isOdd ? [{ tone: 'problem', text: begun(m.secret_name_wrong({ name })) }] : undefined
          }
          autoFocus
          data-testid="secret-name"
        />
      )}
      <TextField
        label={m.secret_value()}
        face="secret"
        value={value}
        onChange={setValue}
        autoFocus={given !== null}
        data-testid="secret-value"
      />
    </FormDialog>
  );
}

function titleOf(name: string | null, isKept: boolean): string {
  if (name === null) return m.secret_new_title();
  const shown = { name: visible(name) };
  return isKept ? m.secret_replace_title(shown) : m.secret_enter_title(shown);
}
