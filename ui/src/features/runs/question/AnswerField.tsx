import { useState } from 'react';
import { Choice, Segments, TextArea, TextField } from '@/components';
import { DayField } from '@/components/DayField';
import type { TextFieldProps } from '@/components/TextField';
import { m, visible } from '@/i18n';
import type { RunField } from '@/ipc';
import { cellText } from '../data/shape';
import { typedValue } from './answer';
import styles from './Questions.module.css';

/** A line without words. */
const ROOM = '\u00a0';

interface Props {
  field: RunField;
  value: unknown;
  fault: string | undefined;
  onChange: (value: unknown) => void;
  /** This value is to be kept: it is whole. */
  onKeep: (value: unknown) => void;
}

/** A field of a person's work, by the control that suits what it holds. */
export function AnswerField({ field, value, fault, onChange, onKeep }: Props) {
  const label = field.required
    ? visible(field.label)
    : m.answer_optional({ name: visible(field.label) });
  const notes = fault ? [{ tone: 'problem' as const, text: fault }] : [];
  const testid = `answer-${field.name}`;
  const text = {
    label,
    notes,
    // The line of what is wrong is there from the start: nothing moves when it is told.
    hint: ROOM,
    isRequired: field.required,
    value: cellText(value),
    onChange: (typed: string) => onChange(typedValue(field, typed)),
    onBlur: () => onKeep(value),
    'data-testid': testid,
  };
  const choose = (next: unknown) => {
    onChange(next);
    onKeep(next);
  };
  switch (field.holds) {
    case 'long_text':
      return (
        <div className={styles.wide}>
          <TextArea {...text} rows={3} />
        </div>
      );
    case 'number':
    case 'whole':
      return <NumberField {...text} field={field} held={value} />;
    case 'truth':
      return (
        <Segments
          label={label}
          labelling="shown"
          value={value === true ? 'yes' : value === false ? 'no' : null}
          options={[
            { value: 'yes', label: m.yes(), testid: `${testid}-yes` },
            { value: 'no', label: m.no(), testid: `${testid}-no` },
          ]}
          onChange={(next) => choose(next === 'yes')}
        />
      );
    case 'date':
      return (
        <DayField
          label={label}
          labelling="above"
          value={typeof value === 'string' ? value : undefined}
          onChange={(day) => choose(day ?? null)}
          data-testid={testid}
        />
      );
    case 'choice':
      return (
        <Choice
          label={label}
          notes={notes}
          hint={ROOM}
          options={field.options.map((option, index) => ({
            value: String(index),
            label: visible(option.label),
          }))}
          value={chosenIndex(field, value)}
          onChange={(index) => choose(field.options[Number(index)]?.value)}
          data-testid={testid}
        />
      );
    default:
      return <TextField {...text} />;
  }
}

interface NumberProps extends TextFieldProps {
  field: RunField;
  held: unknown;
}

/** A number. What is typed stays as typed while it means the same: `12.` on the way to `12.5`. */
function NumberField({ field, held, onChange, ...text }: NumberProps) {
  const [typed, setTyped] = useState('');
  const isSame = typedValue(field, typed) === held;
  return (
    <TextField
      {...text}
      value={isSame ? typed : text.value}
      inputMode={field.holds === 'whole' ? 'numeric' : 'decimal'}
      onChange={(next) => {
        setTyped(next);
        onChange(next);
      }}
    />
  );
}

function chosenIndex(field: RunField, value: unknown): string | null {
  const held = JSON.stringify(value);
  const index = field.options.findIndex((option) => JSON.stringify(option.value) === held);
  return index < 0 ? null : String(index);
}
