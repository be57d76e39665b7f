import type { ReactNode } from 'react';
import styles from './forms.module.css';
import type { Scope } from './scope';

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

/** Open where something stands under one of the keys it shows. */
export function startOf(scope: Scope, keys: readonly string[]): Props['start'] {
  return keys.some((key) => scope.at([key]) !== undefined) ? 'open' : 'closed';
}
