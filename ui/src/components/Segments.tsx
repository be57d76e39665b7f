import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import fields from './fields.module.css';
import styles from './Segments.module.css';

interface Props<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly { value: Value; label: ReactNode; testid?: string }[];
  onChange: (value: Value) => void;
  /** Hidden, the label is only for assistive technology. */
  labelling?: 'shown' | 'hidden';
  size?: 'normal' | 'small';
  isDisabled?: boolean;
}

/** One of a few, all of them in sight. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  onChange,
  labelling = 'hidden',
  size = 'normal',
  isDisabled,
}: Props<Value>) {
  const group = (
    <ToggleButtonGroup
      aria-label={label}
      className={`${styles.group} ${styles[size]}`}
      selectionMode="single"
      disallowEmptySelection={value !== null}
      selectedKeys={value === null ? [] : [value]}
      onSelectionChange={(keys) => {
        const [next] = keys;
        if (next !== undefined) onChange(next as Value);
      }}
      isDisabled={isDisabled}
    >
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          id={option.value}
          className={styles.segment}
          data-testid={option.testid}
        >
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
  if (labelling === 'hidden') return group;
  return (
    <div className={fields.field} style={{ alignItems: 'flex-start' }}>
      <span className={fields.label} aria-hidden="true">
        {label}
      </span>
      {group}
    </div>
  );
}
