import { useState } from 'react';
import { TextField } from '@/components';
import { m } from '@/i18n';

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** The name that Activity shows; kept when the field is left. */
export function DisplayName({ value, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  const commit = () => typed.trim() !== value && onChange(typed.trim());
  return (
    <TextField
      label={m.settings_name()}
      labelling="hidden"
      value={typed}
      onChange={setTyped}
      placeholder={m.settings_name_placeholder()}
      maxLength={80}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
      data-testid="display-name"
    />
  );
}
