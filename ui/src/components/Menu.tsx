import {
  Menu as AriaMenu,
  Button,
  MenuItem,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import button from './Button.module.css';
import { Icon, type IconName } from './Icon';
import styles from './Menu.module.css';

export interface MenuEntry {
  id: string;
  label: string;
  icon?: IconName;
  keys?: string;
  tone?: 'fail';
  isDisabled?: boolean;
  run: () => void;
}

interface Props {
  label: string;
  /** Words in the place of the three dots. */
  words?: string;
  /** `null` stands for a line between groups. */
  entries: readonly (MenuEntry | null)[];
  'data-testid'?: string;
}

/** Further things to do, behind three dots or a word. */
export function Menu({ label, words, entries, ...rest }: Props) {
  return (
    <MenuTrigger>
      <Button
        aria-label={label}
        className={words ? `${button.button} ${button.plain}` : styles.trigger}
        data-testid={rest['data-testid']}
      >
        {words}
        <Icon name={words ? 'down' : 'more'} size={words ? 14 : 16} />
      </Button>
      <Popover className={styles.popover} placement="bottom end" offset={4}>
        <AriaMenu className={styles.menu} aria-label={label}>
          {entries.map((entry, index) =>
            entry === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
              <Separator key={index} className={styles.line} />
            ) : (
              <MenuItem
                key={entry.id}
                id={entry.id}
                className={`${styles.item} ${entry.tone ? styles.fail : ''}`}
                onAction={entry.run}
                isDisabled={entry.isDisabled}
                textValue={entry.label}
                data-testid={`menu-${entry.id}`}
              >
                <span className={styles.mark}>{entry.icon && <Icon name={entry.icon} />}</span>
                <span className={styles.words}>{entry.label}</span>
                {entry.keys && <kbd className={styles.keys}>{entry.keys}</kbd>}
              </MenuItem>
            ),
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
