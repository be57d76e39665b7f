import { useState } from 'react';
import { Choice, TextField } from '@/components';
import { label as words } from '@/i18n';
import type { Path } from '../draft/edits';
import { asNumber, BoundText } from './bound';
import styles from './forms.module.css';
import { type Scope, useTyped } from './scope';

/** Units of a length of time, in milliseconds, as which documents keep it. */
export const UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };
export type Unit = keyof typeof UNITS;

interface Props {
  scope: Scope;
  path: Path;
  label: string;
  placeholder?: string;
  hint?: string;
  isRequired?: boolean;
  'data-testid'?: string;
}

/** A length of time: a number, and what it counts. An expression stays the text it is. */
export function BoundLength(props: Props) {
  const { scope, path } = props;
  const value = useTyped(scope, path);
  const [typed, setTyped] = useState<string | null>(null);
  const [chosen, setChosen] = useState(() => unitOf(value));
  if (value !== undefined && typeof value !== 'number' && typed === null)
    return <BoundText {...props} />;
  const unit = showsWell(value, chosen) ? chosen : unitOf(value);
  const shown = typed !== null && meant(typed, unit) === value ? typed : spelled(value, unit);
  const put = (text: string, as: Unit) => {
    setTyped(text);
    scope.type(path, meant(text, as));
  };
  const testid = props['data-testid'];
  return (
    <div className={styles.length}>
      <TextField
        label={props.label}
        placeholder={props.placeholder}
        hint={props.hint}
        isRequired={props.isRequired}
        inputMode="decimal"
        value={shown}
        onChange={(text) => put(text, unit)}
        notes={scope.notes(path)}
        data-testid={testid}
      />
      <Choice
        label={props.label}
        labelling="hidden"
        options={Object.keys(UNITS).map((one) => ({ value: one, label: words('unit', one) }))}
        value={unit}
        onChange={(next) => {
          setChosen(next as Unit);
          if (shown !== '') put(shown, next as Unit);
        }}
        data-testid={testid && `${testid}-unit`}
      />
    </div>
  );
}

/** What a typed number of a unit means; text that is none stays, to be mended. */
export function meant(text: string, unit: Unit): number | string | undefined {
  const number = asNumber(text);
  return typeof number === 'number' ? Math.round(number * UNITS[unit]) : number;
}

function spelled(value: unknown, unit: Unit): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? String(value / UNITS[unit]) : String(value);
}

/** The largest unit a length is a whole number of; seconds where there is none yet. */
export function unitOf(value: unknown): Unit {
  if (typeof value !== 'number' || value === 0) return 's';
  const fitting = (['h', 'min', 's'] as const).find((unit) => value % UNITS[unit] === 0);
  return fitting ?? 'ms';
}

/** Whether a length is a short number of a unit. */
function showsWell(value: unknown, unit: Unit): boolean {
  return typeof value !== 'number' || Number.isInteger((value / UNITS[unit]) * 100);
}
