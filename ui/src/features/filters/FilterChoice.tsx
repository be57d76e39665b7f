import { Choice, type Option } from '@/components';
import styles from './FilterBar.module.css';

/** No entry of a list of options can be absent. */
const ALL = '';

interface Props {
  label: string;
  /** What it is called when nothing is chosen. */
  all: string;
  options: readonly Option[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  'data-testid'?: string;
}

/** One of a few, or all. */
export function FilterChoice({ all, options, value, onChange, ...rest }: Props) {
  return (
    <div className={styles.choice}>
      <Choice
        {...rest}
        labelling="hidden"
        options={[{ value: ALL, label: all }, ...options]}
        value={value ?? ALL}
        onChange={(next) => onChange(next === ALL ? undefined : next)}
      />
    </div>
  );
}
