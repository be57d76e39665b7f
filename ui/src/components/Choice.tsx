import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components';
import { FieldNotes, isBad, type Note } from './FieldNotes';
import styles from './fields.module.css';
import { Icon } from './Icon';

export interface Option {
  value: string;
  label: string;
  detail?: string;
}

interface Props {
  label: string;
  options: readonly Option[];
  value: string | null;
  onChange: (value: string) => void;
  labelling?: 'shown' | 'hidden';
  placeholder?: string;
  hint?: string;
  notes?: readonly Note[];
  isDisabled?: boolean;
  'data-testid'?: string;
}

/** One of a few, from a list that drops down. */
export function Choice({
  label,
  options,
  value,
  onChange,
  labelling,
  hint,
  notes,
  ...rest
}: Props) {
  return (
    <Select
      className={styles.field}
      aria-label={labelling === 'hidden' ? label : undefined}
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      placeholder={rest.placeholder ?? ' '}
      isInvalid={isBad(notes)}
      isDisabled={rest.isDisabled}
      validationBehavior="aria"
    >
      {labelling !== 'hidden' && <Label className={styles.label}>{label}</Label>}
      <Button className={`${styles.input} ${styles.choice}`} data-testid={rest['data-testid']}>
        <SelectValue className={styles.choiceValue}>
          {({ selectedText, defaultChildren }) => (
            <span onPointerEnter={tellWhole}>{selectedText || defaultChildren}</span>
          )}
        </SelectValue>
        <Icon name="down" size={14} />
      </Button>
      <FieldNotes hint={hint} notes={notes} />
      <Popover className={styles.popover} offset={4}>
        <ListBox className={styles.options} items={withIds(options)}>
          {(option) => <OptionRow option={option} />}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** What does not fit can still be read. */
function tellWhole({ currentTarget: words }: React.PointerEvent<HTMLElement>) {
  const place = words.parentElement;
  const isCut = place !== null && place.scrollWidth > place.clientWidth;
  words.title = isCut ? (words.textContent ?? '') : '';
}

/** Options by which a list knows them again when others come in before them. */
export function withIds(options: readonly Option[]): (Option & { id: string })[] {
  return options.map((option) => ({ ...option, id: option.value }));
}

/** One entry of a list of options: words, a quieter line, a tick where chosen. */
export function OptionRow({ option }: { option: Option }) {
  return (
    <ListBoxItem
      id={option.value}
      textValue={option.label}
      className={styles.option}
      data-testid={`option-${option.value}`}
    >
      {({ isSelected }) => (
        <>
          <span className={styles.optionWords}>
            <Text slot="label">{option.label}</Text>
            {option.detail && <div className={styles.optionDetail}>{option.detail}</div>}
          </span>
          <span className={styles.optionMark}>{isSelected && <Icon name="check" size={14} />}</span>
        </>
      )}
    </ListBoxItem>
  );
}
