import type { ReactNode } from 'react';
import styles from './Folded.module.css';

/** What few want to see, below a line that opens it. */
export function Folded({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  return (
    <details className={styles.folded}>
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
