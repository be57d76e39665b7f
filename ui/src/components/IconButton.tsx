import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip as AriaTooltip,
  TooltipTrigger,
} from 'react-aria-components';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

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
