import { Icon, type IconName } from '@/components';
import { timelineStyles as kit } from '@/components/timeline';
import { label, m } from '@/i18n';
import styles from './History.module.css';
import { LOOKS, type Share } from './shares';

const SHOWN: readonly Share[] = [
  'succeeded',
  'failed',
  'running',
  'waiting',
  'paused',
  'queued',
  'interrupted',
  'cancelled',
];

interface Sign {
  tone: string;
  shape: string;
  words: string;
  sign?: IconName;
  grows?: true;
}

function signs(): Sign[] {
  return [
    ...SHOWN.map((share) => ({
      ...LOOKS[share],
      words: share === 'waiting' ? m.history_legend_waiting() : label('status', share),
      ...(share === 'running' && { grows: true as const }),
    })),
    { tone: 'off', shape: 'hollow', words: m.history_legend_planned() },
  ];
}

/** What the boxes of the timeline mean. */
export function Legend() {
  return (
    <ul className={styles.legend}>
      {signs().map(({ tone, shape, words, sign, grows }) => (
        <li key={words}>
          <span
            className={kit.bar}
            style={{ '--tone': `var(--${tone})` } as React.CSSProperties}
            data-shape={shape}
            data-grows={grows}
            aria-hidden="true"
          >
            {sign && <Icon name={sign} size={9} />}
          </span>
          {words}
        </li>
      ))}
      <li>
        <span className={kit.bar} data-shape="mixed" aria-hidden="true">
          <span className={styles.shares}>
            {(['failed', 'cancelled', 'succeeded'] as const).map((share) => (
              <span
                key={share}
                style={
                  { '--tone': `var(--${LOOKS[share].tone})`, flexGrow: 1 } as React.CSSProperties
                }
                data-share={share}
              />
            ))}
          </span>
        </span>
        {m.history_legend_mixed()}
      </li>
    </ul>
  );
}
