import { m } from '@/i18n';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './PlaceLine.module.css';

interface Props {
  /** Where, as it is shown. */
  place: string;
  onChange: () => void;
  /** What the button says where there is nothing to change yet. */
  verb?: string;
  'data-testid': string;
}

/** A folder on this computer, and the button that chooses another one. */
export function PlaceLine({ place, onChange, verb, ...rest }: Props) {
  return (
    <div className={styles.place}>
      <Icon name="folder" />
      <span className={styles.path} data-selectable>
        {place}
      </span>
      <Button onPress={onChange} data-testid={rest['data-testid']}>
        {verb ?? m.change()}
      </Button>
    </div>
  );
}
