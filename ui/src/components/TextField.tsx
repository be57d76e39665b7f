import type { Ref } from 'react';
import {
  TextField as AriaTextField,
  Input,
  Label,
  TextArea as MultilineInput,
} from 'react-aria-components';
import { FieldNotes, isBad, type Note } from './FieldNotes';
import styles from './fields.module.css';

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The label is only for assistive technology. */
  labelling?: 'shown' | 'hidden';
  hint?: string;
  notes?: readonly Note[];
  placeholder?: string;
  /** `secret` shows dots for what is typed. */
  face?: 'text' | 'code' | 'secret';
  inputMode?: 'text' | 'numeric' | 'decimal';
  isRequired?: boolean;
  isDisabled?: boolean;
  autoFocus?: boolean;
  maxLength?: number;
  onBlur?: () => void;
  onKeyDown?: (event: React.KeyboardEvent) => void;
  onPaste?: (event: React.ClipboardEvent<HTMLInputElement>) => void;
  inputRef?: Ref<HTMLInputElement>;
  'data-testid'?: string;
}

function common(props: TextFieldProps) {
  const {
    label,
    labelling,
    value,
    onChange,
    notes,
    isRequired,
    isDisabled,
    autoFocus,
    maxLength,
    onBlur,
  } = props;
  return {
    'aria-label': labelling === 'hidden' ? label : undefined,
    className: styles.field,
    value,
    onChange,
    isInvalid: isBad(notes),
    validationBehavior: 'aria' as const,
    isRequired,
    isDisabled,
    autoFocus,
    maxLength,
    onBlur,
  };
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const face = props.face === 'code' ? styles.code : '';
  return (
    <AriaTextField {...common(props)}>
      {props.labelling !== 'hidden' && <Label className={styles.label}>{props.label}</Label>}
      <Input
        ref={props.inputRef}
        className={`${styles.input} ${face}`}
        type={props.face === 'secret' ? 'password' : 'text'}
        placeholder={props.placeholder}
        inputMode={props.inputMode}
        onKeyDown={props.onKeyDown}
        onPaste={props.onPaste}
        data-testid={props['data-testid']}
        autoComplete={props.face === 'secret' ? 'new-password' : 'off'}
        spellCheck={false}
      />
      <FieldNotes hint={props.hint} notes={props.notes} />
    </AriaTextField>
  );
}

/** Text of several lines. */
export function TextArea({ rows = 3, ...props }: TextFieldProps & { rows?: number }) {
  const face = props.face === 'code' ? styles.code : '';
  return (
    <AriaTextField {...common(props)}>
      {props.labelling !== 'hidden' && <Label className={styles.label}>{props.label}</Label>}
      <MultilineInput
        className={`${styles.input} ${face}`}
        placeholder={props.placeholder}
        rows={rows}
        data-testid={props['data-testid']}
        spellCheck={false}
      />
      <FieldNotes hint={props.hint} notes={props.notes} />
    </AriaTextField>
  );
}
