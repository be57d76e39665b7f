import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip as AriaTooltip,
  TooltipTrigger,
} from 'react-aria-components';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  children?: ReactNode;
  icon?: IconName;
  /** `primary` once a screen; `quiet` inside rows; `danger` for what cannot be taken back. */
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
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

export interface IconButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  icon: IconName;
  /** What it does, as a name for assistive technology and as a tooltip. */
  label: string;
  keys?: string;
  /** `framed` beside a button with words. */
  look?: 'bare' | 'framed';
  'data-testid'?: string;
}

export function IconButton({ icon, label, keys, look = 'bare', ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={600} closeDelay={50}>
      <AriaButton {...rest} aria-label={label} className={`${styles.icon} ${styles[look]}`}>
        <Icon name={icon} />
      </AriaButton>
      <AriaTooltip className={styles.tooltip} offset={6}>
        {label}
        {keys && <kbd>{keys}</kbd>}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
