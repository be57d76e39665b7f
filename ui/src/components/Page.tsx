import type { ReactNode } from 'react';
import styles from './Page.module.css';

interface Props {
  title: ReactNode;
  /** Chips beside the title. */
  marks?: ReactNode;
  subtitle?: ReactNode;
  crumb?: ReactNode;
  /** What can be done, at the end of the header. */
  end?: ReactNode;
  children: ReactNode;
  /** The body fills the window instead of scrolling as a whole. */
  body?: 'scroll' | 'fill';
  /** A bar under the body. */
  foot?: ReactNode;
}

/** One title, one subtitle that tells the state of the page, its body. */
export function Page({
  title,
  marks,
  subtitle,
  crumb,
  end,
  children,
  body = 'scroll',
  foot,
}: Props) {
  return (
    <main className={styles.page} id="main" tabIndex={-1}>
      <header className={styles.header}>
        <div className={styles.heading}>
          {crumb && <div className={styles.crumb}>{crumb}</div>}
          <div className={styles.line}>
            <h1 className={styles.title} data-testid="page-title">
              {title}
            </h1>
            {marks}
          </div>
          {subtitle && <p className={styles.subtitle}>{subtitle}</p>}
        </div>
        {end && <div className={styles.end}>{end}</div>}
      </header>
      <div className={`${styles.body} ${styles[body]}`}>{children}</div>
      {foot && <footer className={styles.foot}>{foot}</footer>}
    </main>
  );
}
