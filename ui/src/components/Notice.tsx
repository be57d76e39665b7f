import type { ReactNode } from 'react';
import type { Tone } from './Chip';
import { Icon, type IconName } from './Icon';
import styles from './Notice.module.css';

interface Props {
  tone: Tone;
  icon: IconName;
  children: ReactNode;
  /** What can be done about it. */
  end?: ReactNode;
  'data-testid'?: string;
}

/** Something to know about the page, with what can be done. */
export function Notice({ tone, icon, children, end, ...rest }: Props) {
  return (
    <div
      className={`${styles.notice} ${styles[tone]}`}
      role="status"
      data-testid={rest['data-testid']}
    >
      <Icon name={icon} />
      <div className={styles.words}>{children}</div>
      {end && <div className={styles.end}>{end}</div>}
    </div>
  );
}
