import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components';
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
import styles from './forms.module.css';
import { OtherFields } from './OtherFields';
import { inside, type Scope } from './scope';
import { WordLine } from './WordLine';

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

/**
 * A list of words such as a checklist: each a line that can be changed, moved with Alt and the arrow
 * keys, taken away; Enter adds the next, several pasted lines become several entries. A line is an
 * entry only once something stands in it. Entries that are objects keep all else they carry. An
 * object in the place of a list is shown by its keys.
 */
export function WordList({ scope, path, label, addLabel, ...rest }: Props) {
  const testid = rest['data-testid'];
  const value = scope.at(path);
  // Where a line stands that is no entry yet, and which line is to have the cursor.
  const [fresh, setFresh] = useState<number | null>(null);
  const [wanted, setWanted] = useState<number | null>(null);
  const lines = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (wanted === null) return;
    setWanted(null);
    const fields = lines.current?.querySelectorAll('input');
    fields?.[Math.min(wanted, fields.length - 1)]?.focus();
  }, [wanted]);
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
    : value === undefined || value === null || value === ''
      ? []
      : [value];
  const isList = Array.isArray(value);
  const at = (index: number): Path => {
    const item = items[index];
    if (isObject(item)) return [...path, index, nameKey(item)];
    return isList ? [...path, index] : path;
  };
  // What stands alone becomes the first of a list, as it is typed right now.
  const asList = () => {
    const typed = scope.typed(path);
    return typed ? [typed.value] : items;
  };
  const putting = (index: number, texts: readonly string[]) =>
    isList
      ? texts.map((text, offset) => insert(path, index + offset, text))
      : [set(path, asList().toSpliced(index, 0, ...texts))];
  const drop = (entry: number, typedAt?: Path) =>
    scope.edit([isList ? remove([...path, entry]) : remove(path)], typedAt);
  const open = (place: number) => {
    setFresh(place);
    setWanted(place);
  };
  const change = (place: number, entry: number | null, text: string) => {
    if (entry === null) {
      if (text === '') return;
      setFresh(null);
      scope.edit(putting(place, [text]), [...path, place]);
    } else if (text === '' && !isObject(items[entry])) {
      // An entry whose last letter goes is none any more; its line stays for the next one.
      open(entry);
      drop(entry, at(entry));
    } else scope.type(at(entry), text);
  };
  const paste = (place: number, entry: number | null, texts: readonly string[]) => {
    const [first = '', ...more] = texts;
    setFresh(null);
    if (entry === null) scope.edit(putting(place, texts));
    else if (isList) scope.edit([set(at(entry), first), ...putting(entry + 1, more)]);
    else scope.edit([set(path, texts)]);
    setWanted((entry ?? place) + more.length);
  };
  const takeAway = (entry: number | null) => {
    setFresh(null);
    if (entry !== null) drop(entry);
  };
  const onKey = (
    event: React.KeyboardEvent,
    place: number,
    entry: number | null,
    isEmpty: boolean,
  ) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      if (entry !== null && !isEmpty) open(entry + 1);
    } else if (event.altKey && step !== 0 && entry !== null && isList) {
      const to = entry + step;
      if (to < 0 || to >= items.length) return;
      setFresh(null);
      scope.edit([move(path, entry, to)]);
      setWanted(to);
    } else if (event.key === 'Backspace' && isEmpty) {
      takeAway(entry);
      setWanted(Math.max(0, place - 1));
    } else return;
    event.preventDefault();
  };

  const entries: (number | null)[] = [...items.keys()];
  if (fresh !== null) entries.splice(fresh, 0, null);
  return (
    <div className={styles.list}>
      <span className={styles.label}>{label}</span>
      {entries.length > 0 && (
        <ul className={styles.words} ref={lines}>
          {entries.map((entry, place) => (
            <WordLine
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity of their own
              key={place}
              scope={scope}
              path={entry === null ? null : at(entry)}
              label={m.entry_number({ name: label, number: place + 1 })}
              onChange={(text) => change(place, entry, text)}
              onPaste={(texts) => paste(place, entry, texts)}
              onKey={(event, isEmpty) => onKey(event, place, entry, isEmpty)}
              onRemove={() => takeAway(entry)}
              data-testid={testid && `${testid}-${place}`}
            />
          ))}
        </ul>
      )}
      <div>
        <Button
          look="quiet"
          icon="plus"
          onPress={() => open(items.length)}
          data-testid={testid && `${testid}-add`}
        >
          {addLabel}
        </Button>
      </div>
    </div>
  );
}
