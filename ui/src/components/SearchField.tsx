import { SearchField as AriaSearchField, Button, Input } from 'react-aria-components';
import { m } from '@/i18n';
import styles from './fields.module.css';
import { Icon } from './Icon';

interface Props {
  label: string;
  value?: string;
  onChange?: (value: string) => void;
  autoFocus?: boolean;
  /** `bare` where the field is the whole head of a sheet and needs no frame of its own. */
  look?: 'framed' | 'bare';
  onKeyDown?: (event: React.KeyboardEvent) => void;
  'data-testid'?: string;
}

/** A field to search with; Escape empties it. */
export function SearchField({
  label,
  value,
  onChange,
  autoFocus,
  look = 'framed',
  onKeyDown,
  ...rest
}: Props) {
  return (
    <AriaSearchField
      className={`${styles.search} ${look === 'bare' ? styles.bare : ''}`}
      aria-label={label}
      value={value}
      onChange={onChange}
      autoFocus={autoFocus}
    >
      <Icon name="find" size={14} />
      <Input
        className={styles.input}
        placeholder={label}
        onKeyDown={onKeyDown}
        data-testid={rest['data-testid']}
        spellCheck={false}
      />
      <Button className={styles.clear} aria-label={m.search_clear()}>
        <Icon name="cross" size={12} />
      </Button>
    </AriaSearchField>
  );
}
