import { useState } from 'react';
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  ListBox,
  Popover,
  useFilter,
} from 'react-aria-components';
import { m } from '@/i18n';
import { type Option, OptionRow, withIds } from './Choice';
import { FieldNotes, isBad, type Note } from './FieldNotes';
import styles from './fields.module.css';
import { Icon } from './Icon';
import { SearchField } from './SearchField';

interface Props {
  label: string;
  options: readonly Option[];
  /** The chosen values in order; one that is not among the options is shown as wrong. */
  values: readonly string[];
  onAdd: (value: string) => void;
  onRemove: (index: number) => void;
  hint?: string;
  notes?: readonly Note[];
  'data-testid'?: string;
}

/** Several of many: chips that can be taken away and a list to pick from. */
export function PickMany({ label, options, values, onAdd, onRemove, hint, notes, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  const { contains } = useFilter({ sensitivity: 'base' });
  const names = new Map(options.map((option) => [option.value, option.label]));
  const toggle = (chosen: 'all' | Set<unknown>) => {
    if (chosen === 'all') return;
    for (const value of chosen) if (!values.includes(String(value))) onAdd(String(value));
    values.forEach((value, index) => {
      if (names.has(value) && !chosen.has(value)) onRemove(index);
    });
  };
  return (
    <fieldset className={styles.field} style={{ border: 0, padding: 0 }}>
      <legend className={styles.label} style={{ padding: 0, marginBottom: 4 }}>
        {label}
      </legend>
      <div className={`${styles.input} ${styles.picked} ${isBad(notes) ? styles.bad : ''}`}>
        {values.map((value, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the same value may stand twice
            key={`${value} ${index}`}
            className={`${styles.tag} ${names.has(value) ? '' : styles.tagBad}`}
          >
            <span>{names.get(value) ?? value}</span>
            <Button
              aria-label={m.remove_named({ name: names.get(value) ?? value })}
              onPress={() => onRemove(index)}
            >
              <Icon name="cross" size={12} />
            </Button>
          </span>
        ))}
        <DialogTrigger isOpen={open} onOpenChange={setOpen}>
          <Button
            className={styles.adder}
            aria-label={
              values.length === 0 ? `${m.pick_none_yet()} ${label}` : m.add_to({ name: label })
            }
            data-testid={rest['data-testid']}
          >
            <Icon name="plus" size={12} />
            {values.length === 0 && m.pick_none_yet()}
          </Button>
          <Popover className={styles.popover} placement="bottom start" style={{ minWidth: 240 }}>
            <Dialog aria-label={label} className={styles.options}>
              <Autocomplete filter={contains}>
                <div className={styles.popSearch}>
                  <SearchField label={m.search()} autoFocus />
                </div>
                <ListBox
                  className={styles.options}
                  aria-label={label}
                  items={withIds(options)}
                  selectionMode="multiple"
                  // Escape closes the list; it takes nothing back.
                  escapeKeyBehavior="none"
                  selectedKeys={values.filter((value) => names.has(value))}
                  onSelectionChange={toggle}
                  renderEmptyState={() => (
                    <div className={styles.nothing}>{m.nothing_to_pick()}</div>
                  )}
                >
                  {(option) => <OptionRow option={option} />}
                </ListBox>
              </Autocomplete>
            </Dialog>
          </Popover>
        </DialogTrigger>
      </div>
      <FieldNotes hint={hint} notes={notes} />
    </fieldset>
  );
}
