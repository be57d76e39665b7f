import type { ReactNode } from 'react';
import styles from './Chip.module.css';
import { Icon, type IconName } from './Icon';

export type Tone = 'off' | 'ok' | 'run' | 'wait' | 'warn' | 'fail';

interface Props {
  tone?: Tone;
  icon?: IconName;
  children: ReactNode;
  title?: string;
}

/** A state: icon, words and colour together. */
export function Chip({ tone = 'off', icon, children, title }: Props) {
  return (
    <span className={`${styles.chip} ${styles[tone]}`} title={title}>
      {icon && <Icon name={icon} size={14} />}
      <span className={styles.words}>{children}</span>
    </span>
  );
}
