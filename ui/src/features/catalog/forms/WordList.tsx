import { Button, IconButton } from '@/components';
import { m } from '@/i18n';
import {
  insert,
  isObject,
  move,
  type Path,
  remove,
  set,
  type View,
  type ViewObject,
} from '../draft/edits';
import { BoundText } from './bound';
import styles from './forms.module.css';
import { OtherFields } from './OtherFields';
import { inside, type Scope } from './scope';

interface Props {
  scope: Scope;
  path: Path;
  label: string;
  addLabel: string;
  'data-testid'?: string;
}

/** Keys that name an entry which is an object. */
const NAMES = ['name', 'title', 'text', 'item', 'label', 'description'];

function nameKey(item: ViewObject): string {
  return NAMES.find((key) => typeof item[key] === 'string') ?? 'name';
}

function isEmpty(field: EventTarget): boolean {
  return field instanceof HTMLInputElement && field.value === '';
}

/**
 * A list of words such as a checklist: each a line that can be changed, moved with Alt and the arrow
 * keys, taken away; Enter adds the next. Entries that are objects keep all else they carry. An
 * object in the place of a list is shown by its keys.
 */
export function WordList({ scope, path, label, addLabel, ...rest }: Props) {
  const testid = rest['data-testid'];
  const value = scope.at(path);
  if (isObject(value)) {
    return (
      <div className={styles.list}>
        <span className={styles.label}>{label}</span>
        <OtherFields scope={inside(scope, path)} keys={Object.keys(value)} />
      </div>
    );
  }
  const items: View[] = Array.isArray(value)
    ? value
    : value === undefined || value === null
      ? []
      : [value];
  const isList = Array.isArray(value);
  // What stands alone becomes the first of a list, as it is typed right now.
  const asList = () => {
    const typed = scope.typed(path);
    return typed ? [typed.value] : items;
  };
  const add = (index: number) =>
    scope.edit([isList ? insert(path, index, '') : set(path, [...asList(), ''])]);
  const drop = (index: number) => scope.edit([isList ? remove([...path, index]) : remove(path)]);
  const focus = (list: Element | null | undefined, index: number) =>
    requestAnimationFrame(() => list?.querySelectorAll('input')[index]?.focus());

  const onKeyDown = (event: React.KeyboardEvent, index: number) => {
    const list = event.currentTarget.closest('ul');
    if (event.key === 'Enter') {
      add(index + 1);
      focus(list, index + 1);
    } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && isList) {
      const to = index + (event.key === 'ArrowUp' ? -1 : 1);
      if (to >= 0 && to < items.length) {
        scope.edit([move(path, index, to)]);
        focus(list, to);
      }
    } else if (event.key === 'Backspace' && isEmpty(event.target)) {
      drop(index);
      focus(list, Math.max(0, index - 1));
    } else return;
    event.preventDefault();
  };

  return (
    <div className={styles.list}>
      <span className={styles.label}>{label}</span>
      {items.length > 0 && (
        <ul className={styles.words}>
          {items.map((item, index) => {
            const at = isObject(item)
              ? [...path, index, nameKey(item)]
              : isList
                ? [...path, index]
                : path;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own
              <li key={index} className={styles.word}>
                <BoundText
                  scope={scope}
                  path={at}
                  label={m.entry_number({ name: label, number: index + 1 })}
                  labelling="hidden"
                  onKeyDown={(event) => onKeyDown(event, index)}
                  data-testid={testid && `${testid}-${index}`}
                />
                <IconButton icon="cross" label={m.remove_entry()} onPress={() => drop(index)} />
              </li>
            );
          })}
        </ul>
      )}
      <div>
        <Button
          look="quiet"
          icon="plus"
          onPress={() => add(items.length)}
          data-testid={testid && `${testid}-add`}
        >
          {addLabel}
        </Button>
      </div>
    </div>
  );
}
