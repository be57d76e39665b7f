import type { ReactNode } from 'react';
import styles from './forms.module.css';

interface Props {
  title: string;
  /** Open from the beginning, because something stands in it. */
  start: 'open' | 'closed';
  children: ReactNode;
}

/** A part of a form that is in the way until it is needed. */
export function Fold({ title, start, children }: Props) {
  return (
    <details className={styles.fold} open={start === 'open'}>
      <summary>{title}</summary>
      <div className={styles.foldBody}>{children}</div>
    </details>
  );
}
