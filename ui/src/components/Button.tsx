import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  children?: ReactNode;
  icon?: IconName;
  /** `primary` once a screen; `quiet` inside rows; `danger` for what cannot be taken back. */
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
  ref?: Ref<HTMLButtonElement>;
  'data-testid'?: string;
}

export function Button({ children, icon, look = 'plain', ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`${styles.button} ${styles[look]}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

/** Two buttons that do one thing in two ways, joined. */
export function ButtonPair({ children }: { children: ReactNode }) {
  return <div className={styles.pair}>{children}</div>;
}
