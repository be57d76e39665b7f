import { useState } from 'react';
import { TextField } from '@/components';
import { m } from '@/i18n';
import { limitOf } from './limits';

interface Props {
  label: string;
  /** Said where there is none. */
  none: string;
  /** Absent: no limit. */
  value: number | null;
  onChange: (value: number | null) => void;
  /** Told of what is typed with every letter: the limit, or nothing while it is none. */
  onType?: (value: number | null | undefined) => void;
  'data-testid': string;
}

/** A whole number above zero, or none; taken when the field is left. */
export function LimitField({ label, none, value, onChange, onType, ...rest }: Props) {
  const shown = value === null ? '' : String(value);
  const [typed, setTyped] = useState(shown);
  const [before, setBefore] = useState(value);
  if (value !== before) {
    setBefore(value);
    setTyped(shown);
  }
  const limit = limitOf(typed);
  const commit = () => {
    if (limit !== undefined && limit !== value) onChange(limit);
  };
  return (
    <div style={{ width: 120 }}>
      <TextField
        label={label}
        labelling="hidden"
        value={typed}
        onChange={(next) => {
          setTyped(next);
          onType?.(limitOf(next));
        }}
        placeholder={none}
        inputMode="numeric"
        maxLength={7}
        notes={limit === undefined ? [{ tone: 'problem', text: m.limit_not_whole() }] : undefined}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
        data-testid={rest['data-testid']}
      />
    </div>
  );
}
