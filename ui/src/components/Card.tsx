import type { ReactNode } from 'react';
import styles from './Card.module.css';
import type { Tone } from './Chip';
import { Icon, type IconName } from './Icon';
import { Sign } from './Sign';

interface CardProps {
  children: ReactNode;
  title?: ReactNode;
  icon?: IconName;
  tone?: Tone;
  /** Said quietly at the end of the title. */
  aside?: ReactNode;
  /** Fills the height it is given, and scrolls; `hold` leaves the scrolling to what is inside. */
  fill?: 'scroll' | 'hold';
  'data-testid'?: string;
}

export function Card({ children, title, icon, tone, aside, fill, ...rest }: CardProps) {
  return (
    <section
      className={`${styles.card} ${fill ? styles.fill : ''}`}
      data-testid={rest['data-testid']}
    >
      {title !== undefined && (
        <h2 className={styles.title}>
          {icon && (
            <span className={styles.mark} style={tone && { color: `var(--${tone})` }}>
              <Icon name={icon} />
            </span>
          )}
          <span className={styles.name}>{title}</span>
          {aside !== undefined && <span className={styles.aside}>{aside}</span>}
        </h2>
      )}
      {fill === 'scroll' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys, too.
        <div className={styles.scroll} tabIndex={0}>
          {children}
        </div>
      )}
      {fill === 'hold' && <div className={styles.hold}>{children}</div>}
      {!fill && children}
    </section>
  );
}

interface RowProps {
  children?: ReactNode;
  /** The second, quieter line. */
  detail?: ReactNode;
  start?: ReactNode;
  end?: ReactNode;
  'data-testid'?: string;
}

/** A line of a card: a mark, words that may wrap, what can be done. */
export function Row({ children, detail, start, end, ...rest }: RowProps) {
  return (
    <div className={styles.row} data-testid={rest['data-testid']}>
      {start}
      <div className={styles.grow}>
        <div>{children}</div>
        {detail !== undefined && <div className={styles.detail}>{detail}</div>}
      </div>
      {end !== undefined && <div className={styles.end}>{end}</div>}
    </div>
  );
}

interface LeadProps {
  icon: IconName;
  tone?: Tone;
  sentence: ReactNode;
  /** What it rests on, more quietly. */
  detail: ReactNode;
  /** What can be done, the step that helps most last. */
  children: ReactNode;
}

/** A card that is one sentence and what can be done about it. */
export function Lead({ icon, tone, sentence, detail, children }: LeadProps) {
  return (
    <div className={styles.lead}>
      <Sign icon={icon} tone={tone} />
      <div className={styles.words}>
        <p>{sentence}</p>
        <small>{detail}</small>
      </div>
      {children}
    </div>
  );
}
