import type { Tone } from './Chip';
import { Icon, type IconName } from './Icon';
import styles from './Sign.module.css';

interface Props {
  icon: IconName;
  tone?: Tone;
  /** Of a line among others it is a little smaller. */
  size?: 18 | 20;
}

/** What a line is about, at its beginning. */
export function Sign({ icon, tone, size = 20 }: Props) {
  const coloured = tone && { background: `var(--${tone}-bg)`, color: `var(--${tone})` };
  return (
    <span className={styles.sign} style={coloured}>
      <Icon name={icon} size={size} />
    </span>
  );
}
