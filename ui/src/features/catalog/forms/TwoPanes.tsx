import { type ReactNode, useEffect, useRef } from 'react';
import styles from './TwoPanes.module.css';

interface Props {
  main: ReactNode;
  /** Under both panes, always in sight. */
  foot?: ReactNode;
  side?: ReactNode;
  /** What is shown at the side; where the panes are stacked, another one is scrolled to. */
  sideKey?: string;
  /** In a narrow window: both scroll by themselves, or stand under each other and scroll as one. */
  narrow?: 'split' | 'stack';
}

const NARROW = '(max-width: 1100px)';

/** Two panes that scroll by themselves; in a narrow window the second goes under the first. */
export function TwoPanes({ main, foot, side, sideKey, narrow = 'split' }: Props) {
  const aside = useRef<HTMLElement>(null);
  const shown = useRef(sideKey);
  useEffect(() => {
    if (shown.current === sideKey) return;
    shown.current = sideKey;
    if (narrow === 'stack' && window.matchMedia(NARROW).matches) {
      aside.current?.scrollIntoView({ block: 'start' });
    }
  }, [sideKey, narrow]);
  return (
    <div className={`${styles.frame} ${styles[narrow]}`}>
      <div className={`${styles.two} ${side ? '' : styles.one}`}>
        <div className={styles.main}>{main}</div>
        {side && (
          <aside className={styles.side} ref={aside}>
            {side}
          </aside>
        )}
      </div>
      {foot}
    </div>
  );
}
