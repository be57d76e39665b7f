/** Controls that show one key of a scope and change it. */
import { useState } from 'react';
import { Choice, type Option, TextArea, TextField } from '@/components';
import { m } from '@/i18n';
import { asView, isNumber, type Path } from '../draft/edits';
import type { Scope } from './scope';
import { asText, useTyped, useTypedText } from './scope';

interface BoundProps {
  scope: Scope;
  path: Path;
  label: string;
  hint?: string;
  labelling?: 'shown' | 'hidden';
  placeholder?: string;
  face?: 'text' | 'code';
  isRequired?: boolean;
  'data-testid'?: string;
}

/** Text. Emptied, it stays as an empty text; a key that was never there is not made by looking. */
export function BoundText({ scope, path, ...rest }: BoundProps) {
  return (
    <TextField
      {...rest}
      value={useTypedText(scope, path)}
      onChange={(value) => scope.type(path, value)}
      notes={scope.notes(path)}
    />
  );
}

export function BoundArea({ scope, path, rows, ...rest }: BoundProps & { rows?: number }) {
  return (
    <TextArea
      {...rest}
      rows={rows}
      value={asText(useTyped(scope, path))}
      onChange={(value) => scope.type(path, value)}
      notes={scope.notes(path)}
    />
  );
}

/** Typed text as what it means: a number where it is one, nothing where it is empty. */
export function asNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) && !/^[+]|x/i.test(trimmed) ? value : trimmed;
}

/** A number, kept to the last digit as it is typed; emptied, the key goes. */
export function BoundNumber({
  scope,
  path,
  emptied,
  ...rest
}: BoundProps & {
  /** What an emptied field means, where the key is to stay. */
  emptied?: number;
}) {
  const value = useTyped(scope, path);
  const text = useTypedText(scope, path);
  const [typed, setTyped] = useState<string | null>(null);
  const meant = (text: string) =>
    isNumber(text.trim()) ? asView(text.trim()) : (asNumber(text) ?? emptied);
  const shown = typed !== null && meant(typed) === value ? typed : text;
  return (
    <TextField
      {...rest}
      inputMode="decimal"
      value={shown}
      onChange={(text) => {
        setTyped(text);
        scope.type(path, meant(text), isNumber(text.trim()) ? text.trim() : undefined);
      }}
      notes={scope.notes(path)}
    />
  );
}

const ABSENT = '';

/** One of a few words. A word that is not among them is kept and shown. */
export function BoundChoice({
  scope,
  path,
  options,
  absent,
  ...rest
}: BoundProps & {
  options: readonly Option[];
  /** What it means when the key is not there; choosing it takes the key away. */
  absent?: string;
}) {
  const value = scope.at(path);
  const known = options.some((option) => option.value === value);
  const all = [
    ...(absent ? [{ value: ABSENT, label: absent }] : []),
    ...options,
    ...(value !== undefined && !known ? [{ value: asText(value), label: asText(value) }] : []),
  ];
  return (
    <Choice
      {...rest}
      options={all}
      value={value === undefined ? (absent ? ABSENT : null) : asText(value)}
      onChange={(next) => scope.put(path, next === ABSENT && absent ? undefined : next)}
      notes={scope.notes(path)}
    />
  );
}

/** Yes, no, or left to the rule that holds when nothing is said. */
export function BoundYesNo({ scope, path, absent, ...rest }: BoundProps & { absent: string }) {
  const value = scope.at(path);
  const word =
    value === true ? 'yes' : value === false ? 'no' : value === undefined ? ABSENT : asText(value);
  const options = [
    { value: ABSENT, label: absent },
    { value: 'yes', label: m.yes() },
    { value: 'no', label: m.no() },
  ];
  if (!options.some((option) => option.value === word)) options.push({ value: word, label: word });
  return (
    <Choice
      {...rest}
      options={options}
      value={word}
      onChange={(next) =>
        scope.put(path, next === 'yes' ? true : next === 'no' ? false : undefined)
      }
      notes={scope.notes(path)}
    />
  );
}
