import type { ReactNode } from 'react';
import styles from './TwoPanes.module.css';

interface Props {
  main: ReactNode;
  /** Under the first pane, always in sight. */
  foot?: ReactNode;
  side?: ReactNode;
}

/** Two panes that scroll by themselves; in a narrow window the second goes under the first. */
export function TwoPanes({ main, foot, side }: Props) {
  return (
    <div className={`${styles.two} ${side ? '' : styles.one}`}>
      <div className={styles.column}>
        <div className={styles.main}>{main}</div>
        {foot}
      </div>
      {side && <aside className={styles.side}>{side}</aside>}
    </div>
  );
}
