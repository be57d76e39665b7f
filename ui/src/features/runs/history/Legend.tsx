import { Icon, type IconName } from '@/components';
import { timelineStyles as kit } from '@/components/timeline';
import { label, m } from '@/i18n';
import styles from './History.module.css';

const SIGNS: readonly {
  tone: string;
  shape: string;
  words: () => string;
  icon?: IconName;
  grows?: true;
}[] = [
  { tone: 'ok', shape: 'solid', words: () => label('status', 'succeeded') },
  { tone: 'fail', shape: 'solid', words: () => label('status', 'failed'), icon: 'cross' },
  { tone: 'run', shape: 'solid', words: () => label('status', 'running'), grows: true },
  { tone: 'wait', shape: 'hatched', words: () => m.history_legend_waiting() },
  { tone: 'off', shape: 'solid', words: () => label('status', 'cancelled'), icon: 'stop' },
  { tone: 'off', shape: 'hollow', words: () => m.history_legend_planned() },
];

/** What the boxes of the timeline mean. */
export function Legend() {
  return (
    <ul className={styles.legend}>
      {SIGNS.map(({ tone, shape, words, icon, grows }) => (
        <li key={`${tone}${shape}`}>
          <span
            className={kit.bar}
            style={{ '--tone': `var(--${tone})` } as React.CSSProperties}
            data-shape={shape}
            data-grows={grows}
            aria-hidden="true"
          >
            {icon && <Icon name={icon} size={9} />}
          </span>
          {words()}
        </li>
      ))}
    </ul>
  );
}
