import type { ReactNode } from 'react';
import { Checkbox } from 'react-aria-components';
import styles from './fields.module.css';
import { Icon } from './Icon';

interface Props {
  /** Words beside the box; without them `label` names it. */
  children?: ReactNode;
  label?: string;
  state: boolean | 'some';
  onChange: (on: boolean) => void;
  isDisabled?: boolean;
  'data-testid'?: string;
  /** Rows of a grid are reached by arrow keys; their boxes stay out of the tab order. */
  excludeFromTabOrder?: boolean;
}

/** A box to tick. */
export function Tick({
  children,
  label,
  state,
  onChange,
  isDisabled,
  excludeFromTabOrder,
  ...rest
}: Props) {
  return (
    <Checkbox
      className={styles.tick}
      aria-label={label}
      isSelected={state === true}
      isIndeterminate={state === 'some'}
      onChange={onChange}
      isDisabled={isDisabled}
      excludeFromTabOrder={excludeFromTabOrder}
      data-testid={rest['data-testid']}
    >
      <span className={styles.box}>
        <Icon name={state === 'some' ? 'minus' : 'check'} size={12} />
      </span>
      {children}
    </Checkbox>
  );
}
